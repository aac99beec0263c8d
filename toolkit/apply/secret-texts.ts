import { isObject, type Json } from '@millrace/json';
import { asJson, type KubeObject } from '@millrace/kube';
import { secretForms } from '@millrace/plain-text';

/** What Secrets among the objects hold, in every form in which it could be repeated: by this texts are masked. */
export function* secretTexts(objects: KubeObject[]): Generator<string> {
  for (const object of objects) {
    if (object.kind !== 'Secret' || object.apiVersion !== 'v1') continue;
    const { data, stringData } = asJson(object);
    for (const value of valuesOf(data)) {
      yield value;
      yield* secretForms(Buffer.from(value, 'base64').toString('utf8'));
    }
    for (const value of valuesOf(stringData)) yield* secretForms(value);
  }
}

/** What objects say anywhere but in their metadata, whatever their kind: for those that were encrypted. */
export function* allTexts(objects: KubeObject[]): Generator<string> {
  for (const object of objects) {
    const { apiVersion, kind, metadata, ...rest } = asJson(object);
    yield* textsIn(rest);
  }
}

function* textsIn(value: Json | undefined): Generator<string> {
  if (typeof value === 'string') yield* secretForms(value);
  else if (typeof value === 'number') yield String(value);
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (isObject(value)) for (const item of Object.values(value)) yield* textsIn(item);
}

/** The names of objects, which are no secrets whatever a Secret says. */
export function* publicNames(objects: KubeObject[]): Generator<string> {
  for (const { kind, metadata } of objects) {
    yield kind;
    yield metadata.name;
    if (metadata.namespace) yield metadata.namespace;
  }
}

/** A value of the wrong type is a secret all the same. */
function valuesOf(map: Json | undefined): string[] {
  if (typeof map === 'string') return [map];
  if (!isObject(map)) return [];
  return Object.values(map).map(value => (typeof value === 'string' ? value : JSON.stringify(value)));
}
