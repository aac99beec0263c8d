import { isObject, type JsonObject } from '@millrace/json';

/** An object as kustomize names it in errors: `Secret.v1.[noGrp]/keys`. */
export function gvkText({ apiVersion, kind, metadata }: JsonObject): string {
  const [version, group = '[noGrp]'] = String(apiVersion).split('/').reverse();
  return `${kind}.${version}.${group}/${isObject(metadata) ? metadata.name : ''}`;
}
