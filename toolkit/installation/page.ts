import type { JsonObject } from '@millrace/json';
import type { Volume, Workload } from './deployment.ts';
import { ports } from './network-policies.ts';
import type { InstallOptions } from './options/index.ts';
import { groups, reading, rule } from './rights.ts';

/** The page in a Deployment of its own; also its account, its Service, and the Secret that it needs. */
export const pageName = 'millrace-web';

/** `session-key` and `client-secret`: whoever installs it makes the Secret. */
export const pageSecrets: Volume = { name: 'web', path: '/etc/millrace/web', secret: pageName };

export function pageArguments({ web }: Pick<InstallOptions, 'web'>): string[] {
  return [
    `--web-addr=:${ports['http-web']}`,
    `--web-session-key-file=${pageSecrets.path}/session-key`,
    `--oidc-client-secret-file=${pageSecrets.path}/client-secret`,
    ...web,
  ];
}

export function pageWorkload(options: InstallOptions): Workload {
  const { watchAllNamespaces, logLevel } = options;
  return {
    name: pageName,
    account: pageName,
    controllers: ['web'],
    args: [
      `--watch-all-namespaces=${watchAllNamespaces}`,
      `--log-level=${logLevel}`,
      '--log-encoding=json',
      ...pageArguments(options),
    ],
    ports: (['http-web', 'http-prom', 'healthz'] as const).map(name => [name, ports[name]]),
    stores: false,
    readiness: { path: '/readyz', port: 'healthz' },
    critical: false,
    gracePeriod: 10,
    cpuRequest: '50m',
    env: [],
    volumes: [{ name: 'temp', path: '/tmp' }, pageSecrets],
  };
}

/** What is found by its name, of what is no secret. */
const searched = [
  'configmaps',
  'namespaces',
  'persistentvolumeclaims',
  'pods',
  'serviceaccounts',
  'services',
];

/**
 * The page sees what there is in the fleet, to tell everybody of what is theirs, and for all else is whoever looks: it may
 * speak for any user and group. That names of Kubernetes' own are none of them, it sees to itself.
 */
export function pageRights(namespace: string): JsonObject[] {
  const name = `${pageName}-${namespace}`;
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        rule([''], ['users', 'groups'], ['impersonate']),
        rule(groups, ['*'], reading),
        rule([''], ['events'], reading),
        // Objects and images are searched.
        rule([''], searched, reading),
        rule(['apps', 'batch', 'networking.k8s.io'], ['*'], reading),
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: pageName, namespace }],
    },
  ];
}

/** @param app the label `app` of whoever serves the page */
export function pageService(app: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: pageName, labels: { 'control-plane': 'controller' } },
    spec: {
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http-web' }],
      selector: { app },
      type: 'ClusterIP',
    },
  };
}
