import type { JsonObject } from '@millrace/json';
import { isObject } from '@millrace/json';
import { asJson, asKubeObject, groupOf, type KubeObject, versionOf } from '@millrace/kube';
import { apiVersionOfKind, type Kind } from './kind.ts';

/** An upgrade that leaves fields out. */
export const without =
  (...fields: string[]) =>
  (spec: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(spec).filter(([field]) => !fields.includes(field)));

/**
 * An object in the current version of its kind: what a manifest says in a former one, said as it is said now. The same
 * object where it is none of these kinds, or is current already.
 */
export function inCurrentVersion(object: KubeObject, kinds: readonly Kind[]): KubeObject {
  const group = groupOf(object.apiVersion);
  const kind = kinds.find(one => one.group === group && one.kind === object.kind);
  const former = kind?.formerVersions.find(({ name }) => name === versionOf(object.apiVersion));
  if (!kind || !former) return object;
  const { spec, ...rest } = asJson(object);
  const upgraded = isObject(spec) && former.upgrade ? former.upgrade(spec) : spec;
  return asKubeObject({
    ...rest,
    apiVersion: apiVersionOfKind(kind),
    ...(upgraded === undefined ? {} : { spec: upgraded }),
  });
}
