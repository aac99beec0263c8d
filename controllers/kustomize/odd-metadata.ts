import { isObject, type JsonObject } from '@millrace/json';
import { display, type KubeObject, refOf } from '@millrace/kube/object';

/** Throws an Error that names an object whose name or namespace is no text: `name: 123` is a number. */
export function requireNames(objects: readonly JsonObject[]): void {
  for (const { kind, metadata } of objects) {
    const fields = isObject(metadata) ? metadata : {};
    for (const field of ['name', 'namespace'])
      if (fields[field] !== undefined && fields[field] !== null && typeof fields[field] !== 'string')
        throw new Error(
          `kustomize build failed: ${kind} with metadata.${field} ${JSON.stringify(fields[field])}: it must be text, so put it in quotes`,
        );
  }
}

/**
 * The object without its labels where one of them is no text, as Flux leaves it: to Go these are no labels at all
 * (apimachinery, unstructured.GetLabels).
 */
export function withTextLabels(object: KubeObject): KubeObject {
  if (wrongLabel(object) === undefined) return object;
  const { labels, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What is to be said of an object that loses its labels; undefined where it keeps them. */
export function lossOf(object: KubeObject): string | undefined {
  const wrong = wrongLabel(object);
  return wrong === undefined
    ? undefined
    : `${display(refOf(object))} is applied without its labels: ${wrong} is no text, so put its value in quotes`;
}

function wrongLabel({ metadata }: KubeObject): string | undefined {
  // From outside: the type promises more than there is.
  const labels: Readonly<Record<string, unknown>> = metadata.labels ?? {};
  return Object.keys(labels).find(key => typeof (labels[key] ?? '') !== 'string');
}
