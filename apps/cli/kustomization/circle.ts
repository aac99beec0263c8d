import type { Kustomization } from '@millrace/api';
import { keyOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';

/**
 * The way to a Kustomization with itself at the end. Throws CliError where it stands among the objects of one that it
 * builds: flux would go on without end.
 */
export function requireNoCircle({ metadata }: Kustomization, above: readonly string[]): string[] {
  const key = keyOf(metadata);
  const path = [...above, key];
  if (above.includes(key)) throw new CliError(`Kustomizations hold each other: ${path.join(' → ')}`);
  return path;
}
