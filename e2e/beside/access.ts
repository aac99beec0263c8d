import { loadConnection } from '@millrace/kube';
import type { Plain } from './scene.ts';

/** What a scenario writes where it means the cluster that it is played in: its kubeconfig, or parts of that. */
export const access = {
  kubeconfig: '<the kubeconfig>',
  address: '<the address>',
  authority: '<the authority>',
} as const;

/** Objects that name the cluster in which they are, as a remote one would be named. */
export function withAccess(objects: Plain[], kubeconfig: string): Plain[] {
  const { server, ca } = loadConnection({ text: kubeconfig });
  const words = new Map<unknown, string | undefined>([
    [access.kubeconfig, kubeconfig],
    [access.address, server],
    [access.authority, ca],
  ]);
  return JSON.parse(JSON.stringify(objects), (_, value) =>
    words.has(value) ? words.get(value) : value,
  ) as Plain[];
}

/** All that a cluster of a ConfigMap wants to be entered: the ConfigMap, and who enters, who may do all. */
export const entrance = (name: string, namespace: string, data: Record<string, string> = {}): Plain[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `${namespace}-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: {
      provider: 'generic',
      address: access.address,
      'ca.crt': access.authority,
      audiences: 'https://kubernetes.default.svc.cluster.local\nhttps://kubernetes.default.svc',
      serviceAccountName: name,
      ...data,
    },
  },
];
