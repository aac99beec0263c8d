import { isObject, type Json, type JsonObject } from '@millrace/json';

/** Groups of the kinds that Kubernetes brings, whose objects Flux passes through Go's types (client-go, scheme). */
const own = new Set([
  ...['', 'apps', 'autoscaling', 'batch', 'policy'],
  ...[
    'admissionregistration',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'flowcontrol.apiserver',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
  ].map(name => `${name}.k8s.io`),
]);

/** They hold what has no type, or are left as they are: fluxcd/kustomize-controller#1041. */
const untouched = new Set([
  'apps/ControllerRevision',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/ClusterRole',
]);

/** Maps of texts, in which nothing is the empty text. */
const texts = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector', 'parameters']);
const textsOf: Readonly<Record<string, string>> = {
  '/ConfigMap': 'data',
  '/Secret': 'stringData',
  '/Service': 'selector',
  '/ReplicationController': 'selector',
};

/**
 * An object of one of Kubernetes' own kinds without the fields that are null, as Go's types leave them: nobody comes to
 * own them (fluxcd/pkg, ssa/normalize). Others stay as they are.
 */
export function withoutNulls(object: JsonObject, group: string, kind: string): JsonObject {
  const groupKind = `${group}/${kind}`;
  if (!own.has(group) || untouched.has(groupKind)) return object;
  return fieldsWithout(
    object,
    name => texts.has(name) || textsOf[groupKind] === name,
    groupKind === '/Secret',
  );
}

function fieldsWithout(
  object: JsonObject,
  isTexts: (name: string) => boolean,
  keepsData: boolean,
): JsonObject {
  const entries = Object.entries(object).flatMap(([name, value]): [string, Json][] => {
    if (value === null) return [];
    if (isObject(value) && isTexts(name)) return [[name, textsWithout(value)]];
    // Bytes that are null are null to Go too.
    return [[name, keepsData && name === 'data' ? value : without(value, isTexts)]];
  });
  return Object.fromEntries(entries);
}

function without(value: Json, isTexts: (name: string) => boolean): Json {
  if (Array.isArray(value)) return value.map(item => without(item, isTexts));
  return isObject(value) ? fieldsWithout(value, isTexts, false) : value;
}

function textsWithout(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, value ?? '']));
}
