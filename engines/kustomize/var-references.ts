import type { FieldSpec } from './field-spec.ts';

function spec(kind: string, path: string): FieldSpec {
  return { group: '', version: '', kind, path, create: false };
}

const podSpecs: Record<string, string> = {
  CronJob: 'spec/jobTemplate/spec/template/spec',
  DaemonSet: 'spec/template/spec',
  Deployment: 'spec/template/spec',
  Job: 'spec/template/spec',
  Pod: 'spec',
  ReplicaSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
};

const inContainer = ['args', 'command', 'env/value', 'volumeMounts/mountPath'];

/** Where upstream's table has something other than the pod's volumes. */
const nfsServers: Record<string, string> = {
  CronJob: 'spec/jobTemplate/spec/template/volumes/nfs/server',
  StatefulSet: 'spec/volumeClaimTemplates/spec/nfs/server',
};

/** Fields in which `$(VAR)` is replaced (kustomize's default configuration of varReference, v5.8). */
export const builtInVarReferences: FieldSpec[] = [
  ...Object.entries(podSpecs).flatMap(([kind, pod]) => [
    ...['containers', 'initContainers'].flatMap(list =>
      inContainer.map(path => spec(kind, `${pod}/${list}/${path}`)),
    ),
    spec(kind, nfsServers[kind] ?? `${pod}/volumes/nfs/server`),
  ]),
  spec('Deployment', 'spec/template/metadata/annotations'),
  spec('Ingress', 'spec/rules/host'),
  spec('Ingress', 'spec/tls/hosts'),
  spec('Ingress', 'spec/tls/secretName'),
  spec('Service', 'spec/ports/port'),
  spec('Service', 'spec/ports/targetPort'),
  spec('PersistentVolume', 'spec/nfs/server'),
  spec('', 'metadata/labels'),
  spec('', 'metadata/annotations'),
];
