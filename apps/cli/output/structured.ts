import type { Json } from '@millrace/json';
import { asJson, groupOf, type KubeObject } from '@millrace/kube';
import { stringify, type WriteOptions } from '@millrace/yaml';

export type Structure = 'json' | 'yaml';

/** A value for other programs, with a line break at its end. `options` say how YAML is written. */
export function formatStructure(value: Json, as: Structure, options: WriteOptions = {}): string {
  return as === 'yaml' ? stringify(value, options) : `${JSON.stringify(value, null, 2)}\n`;
}

/** One object as itself, several as a List: as `kubectl get -o` has it. */
export function listOf(objects: KubeObject[]): Json {
  return {
    apiVersion: 'v1',
    items: objects.map(withoutManagers),
    kind: 'List',
    metadata: { resourceVersion: '' },
  };
}

/** Who wrote which field is of no interest to a reader: kubectl leaves it out too. */
export function withoutManagers(object: KubeObject): Json {
  const { managedFields: _, ...metadata } = object.metadata;
  return asJson({ ...object, metadata });
}

/** `gitrepository.source.toolkit.fluxcd.io/podinfo`: what kubectl takes as an argument. */
export function qualifiedName(object: KubeObject): string {
  const group = groupOf(object.apiVersion);
  return `${object.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${object.metadata.name}`;
}
