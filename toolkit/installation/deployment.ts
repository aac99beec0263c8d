import type { JsonObject } from '@millrace/json';
import { ports } from './network-policies.ts';
import type { InstallOptions } from './options/index.ts';

/** What a Deployment of controllers has of its own. */
export interface Workload {
  /** Also the label `app` of its Pods. */
  name: string;
  account: string;
  /** The names of the controllers that it runs. */
  controllers: readonly string[];
  args: readonly string[];
  ports: readonly (readonly [name: string, port: number])[];
  /** Whether it keeps artifacts: two of them at once would each have some. */
  stores: boolean;
  readiness: { path: string; port: string };
  critical: boolean;
  /** Seconds. */
  gracePeriod: number;
  cpuRequest: string;
  env: readonly JsonObject[];
  volumes: readonly Volume[];
}

/** A folder of a container: an empty one, or one with what a Secret holds. */
export interface Volume {
  name: string;
  path: string;
  secret?: string;
}

/**
 * Fits the profile `restricted` of the Pod Security Standards.
 *
 * @param labels of the Pods too, by which they are found as a part of Flux
 */
export function deployment(
  workload: Workload,
  options: InstallOptions,
  labels: Record<string, string>,
): JsonObject {
  const { name } = workload;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { 'control-plane': 'controller', ...labels } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      ...(workload.stores ? { strategy: { type: 'Recreate' } } : {}),
      template: {
        metadata: {
          annotations: { 'prometheus.io/port': String(ports['http-prom']), 'prometheus.io/scrape': 'true' },
          labels: { app: name, ...labels },
        },
        spec: podOf(workload, options),
      },
    },
  };
}

function podOf(
  workload: Workload,
  { imagePullSecret, tolerationKeys, ...options }: InstallOptions,
): JsonObject {
  return {
    containers: [containerOf(workload, options)],
    ...(imagePullSecret ? { imagePullSecrets: [{ name: imagePullSecret }] } : {}),
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    ...(workload.critical ? { priorityClassName: 'system-cluster-critical' } : {}),
    securityContext: { fsGroup: 1337 },
    serviceAccountName: workload.account,
    terminationGracePeriodSeconds: workload.gracePeriod,
    ...(tolerationKeys.length === 0
      ? {}
      : { tolerations: tolerationKeys.map(key => ({ key, operator: 'Exists' })) }),
    volumes: workload.volumes.map(volumeOf),
  };
}

function containerOf(
  workload: Workload,
  { registry, version }: Pick<InstallOptions, 'registry' | 'version'>,
): JsonObject {
  const { path, port } = workload.readiness;
  return {
    // Flux's arguments alone: patches by position (/args/-, /args/0) fit.
    args: [...workload.args],
    // The first process of a container has to reap what others leave behind.
    command: [
      'tini',
      '--',
      'millrace',
      'controllers',
      'run',
      `--controllers=${workload.controllers.join(',')}`,
    ],
    env: [
      { name: 'RUNTIME_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      ...workload.env,
      // Only Go heeds it; kept, like all names of variables, for patches that speak of it.
      {
        name: 'GOMEMLIMIT',
        valueFrom: { resourceFieldRef: { containerName: 'manager', resource: 'limits.memory' } },
      },
    ],
    image: `${registry === '' ? '' : `${registry}/`}millrace:${version}`,
    imagePullPolicy: 'IfNotPresent',
    livenessProbe: { httpGet: { path: '/healthz', port: 'healthz' } },
    name: 'manager',
    ports: workload.ports.map(([name, containerPort]) => ({ containerPort, name, protocol: 'TCP' })),
    readinessProbe: { httpGet: { path, port } },
    resources: {
      limits: { cpu: '1000m', memory: '1Gi' },
      requests: { cpu: workload.cpuRequest, memory: '64Mi' },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: workload.volumes.map(({ name, path: mountPath, secret }) => ({
      mountPath,
      name,
      ...(secret === undefined ? {} : { readOnly: true }),
    })),
  };
}

function volumeOf({ name, secret }: Volume): JsonObject {
  return secret === undefined ? { emptyDir: {}, name } : { name, secret: { secretName: secret } };
}
