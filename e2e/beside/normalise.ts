import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, type KubeObject } from '@millrace/kube';

/** Long texts stand as their digest. */
export const short = (text: string): string =>
  text.length < 5000 ? text : `sha1:${createHash('sha1').update(text).digest('hex')}`;

/** Times and durations differ with every run, and so do the names of temporary folders and ports, and logs. */
export function told(text: string): string {
  return short(text.split('\n\nLast Helm logs:')[0] ?? '')
    .trimEnd()
    .replace(/\b(\d+h)?(\d+m)?\d+(\.\d+)?(ms|µs|s)\b/g, '<duration>')
    .replace(/\/tmp\/kustomization-\d+/g, '<artifact>')
    .replace(/127\.0\.0\.1:\d+/g, '<address>');
}

export function normalisedConditions({ conditions }: JsonObject): JsonObject[] {
  return listOf(conditions)
    .map(({ lastTransitionTime, message, ...rest }) => ({ ...rest, message: told(String(message)) }))
    .sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
}

export function normalisedEvent(event: KubeObject): JsonObject {
  const { type, reason, message, source, involvedObject } = asJson(event);
  const { annotations } = event.metadata;
  return {
    type: type ?? null,
    reason: reason ?? null,
    message: told(String(message)),
    name: isObject(involvedObject) ? (involvedObject.name ?? null) : null,
    component: isObject(source) ? (source.component ?? null) : null,
    annotations: sorted(annotations ?? {}),
  };
}

const anyUid = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** Of the Services of both clusters. */
const anyClusterIp = /^10\.9[6-9]\.\d{1,3}\.\d{1,3}$/;

/** Members that nobody has given: Go's types write them all the same when Flux passes objects through them. */
const goesWithGo = /^\/f:spec$|^\/f:template\/f:metadata$|\/f:(strategy|resources|targetPort)$/;

export function normalisedObject(object: KubeObject): JsonObject {
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, ...metadata } = object.metadata;
  const { status, metadata: _, ...rest } = object;
  const managers = (managedFields ?? [])
    .filter(entry => entry.manager !== 'kube-apiserver')
    .map(({ manager, operation, subresource, fieldsV1 }) => ({
      manager: manager ?? '',
      operation: operation ?? '',
      ...(subresource ? { subresource } : {}),
      fields: paths(fieldsV1 as Json)
        .filter(path => !goesWithGo.test(path))
        .sort(),
    }));
  const plain = JSON.parse(JSON.stringify({ ...rest, metadata }), (_, value) =>
    typeof value === 'string'
      ? short(value).replace(anyUid, '<uid>').replace(anyClusterIp, '<address>')
      : value,
  ) as JsonObject & { metadata: JsonObject };
  return { ...plain, metadata: sorted(plain.metadata), managers: managers.sort(byName) };
}

function paths(fields: Json | undefined, before = ''): string[] {
  if (!isObject(fields)) return [];
  return Object.entries(fields).flatMap(([key, below]) => {
    const path = key === '.' ? before : `${before}/${key}`;
    const deeper = paths(below, path);
    return deeper.length > 0 ? deeper : [path];
  });
}

export const listOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: { manager: string; operation: string }, b: { manager: string; operation: string }) =>
  compare(`${a.manager} ${a.operation}`, `${b.manager} ${b.operation}`);
const sorted = (map: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => compare(a, b)));
