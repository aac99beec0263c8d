import type { KubeObject } from '@millrace/kube';
import type { Session } from './session.ts';

/** What the definition of GitRepository says of how Flux was installed. */
export interface Installation {
  /** `flux-v2.9.4`; empty where nothing says. */
  distribution: string;
  /** Of Flux. */
  version: string;
  /** Whether Flux manages itself from Git. */
  bootstrapped: boolean;
  /** Another tool that has installed it, such as Helm; empty where there is none. */
  managedBy: string;
}

/** Throws ApiError when GitRepository is not defined. */
export async function installationOf({ client, signal }: Session): Promise<Installation> {
  const { metadata } = await client.get<KubeObject>(
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: 'gitrepositories.source.toolkit.fluxcd.io',
    },
    { as: 'own', signal },
  );
  const labels = metadata.labels ?? {};
  const parts = [labels['app.kubernetes.io/part-of'], labels['app.kubernetes.io/version']];
  return {
    distribution: parts.filter(part => part).join('-'),
    version: labels['app.kubernetes.io/version'] ?? '',
    managedBy: labels['app.kubernetes.io/managed-by'] ?? '',
    bootstrapped: labels['kustomize.toolkit.fluxcd.io/namespace'] !== undefined,
  };
}
