import type { Manager } from '@millrace/applier';

export const component = 'kustomize-controller';

/** @param overrides --override-manager */
export function kustomizeManager(overrides: readonly string[] = []): Manager {
  return { name: component, group: 'kustomize.toolkit.fluxcd.io', overrides };
}
