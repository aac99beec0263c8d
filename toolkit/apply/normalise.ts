import { X509Certificate } from 'node:crypto';
import { inCurrentVersion, kinds } from '@millrace/api';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, asKubeObject, groupOf, type KubeObject } from '@millrace/kube';
import { withoutNulls } from './nulls.ts';

/**
 * The object as it is applied, without what is not its author's to say, and with what server-side apply wants said
 * (fluxcd/pkg, ssa/normalize): no status but that of definitions, no creation time, the data of Secrets in `data`,
 * a protocol for every port, no placeholder where an authority is to be injected. Objects of our own kinds are in the
 * version that is stored.
 */
export function normalised(manifest: KubeObject): KubeObject {
  const object = inCurrentVersion(manifest, kinds);
  const { status, ...rest } = asJson(object);
  const isDefinition = object.kind === 'CustomResourceDefinition';
  const plain: JsonObject = isDefinition && status !== undefined ? { ...rest, status } : rest;
  const group = groupOf(object.apiVersion);
  const whole = withoutNulls(withoutCreationTime(plain), group, object.kind);
  return asKubeObject(forKind(whole, `${group}/${object.kind}`));
}

function withoutCreationTime(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (!isObject(metadata) || !('creationTimestamp' in metadata)) return object;
  const { creationTimestamp, ...rest } = metadata;
  return { ...object, metadata: rest };
}

function forKind(object: JsonObject, groupKind: string): JsonObject {
  switch (groupKind) {
    case '/Secret':
      return withoutEmpty(withDataOnly(object));
    case '/ConfigMap':
      return withoutEmpty(object);
    case '/Service':
      return changed(object, ['spec'], spec => changed(spec, ['ports'], withProtocols));
    case '/Pod':
      return changed(object, ['spec'], podSpec);
    case 'apps/Deployment':
    case 'apps/StatefulSet':
    case 'apps/DaemonSet':
    case 'apps/ReplicaSet':
    case 'batch/Job':
      return changed(object, ['spec', 'template', 'spec'], podSpec);
    case 'batch/CronJob':
      return changed(object, ['spec', 'jobTemplate', 'spec', 'template', 'spec'], podSpec);
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return withoutPlaceholder(object);
    default:
      return object;
  }
}

/** Server-side apply does not own `stringData`, and so would not remove what has left it: kubernetes#108008. */
function withDataOnly(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  if (!isObject(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, value]): [string, Json] => [
    key,
    Buffer.from(String(value ?? ''), 'utf8').toString('base64'),
  ]);
  const data = isObject(rest.data) ? Object.entries(rest.data) : [];
  return { ...rest, data: Object.fromEntries([...data, ...encoded]) };
}

/** Go's types leave empty maps out: nobody comes to own them. */
function withoutEmpty(object: JsonObject): JsonObject {
  const isEmpty = (value: Json | undefined) => isObject(value) && Object.keys(value).length === 0;
  return Object.fromEntries(
    Object.entries(object).filter(([key, value]) => !(/^(data|binaryData)$/.test(key) && isEmpty(value))),
  );
}

function podSpec(spec: Json): Json {
  return changed(spec, ['containers'], containers =>
    Array.isArray(containers)
      ? containers.map(container => changed(container, ['ports'], withProtocols))
      : containers,
  );
}

/** The protocol is part of the key of a port: structured-merge-diff#130. */
function withProtocols(ports: Json): Json {
  if (!Array.isArray(ports)) return ports;
  return ports.map(port => (isObject(port) && !port.protocol ? { ...port, protocol: 'TCP' } : port));
}

/**
 * A caBundle that holds no certificate is what generators leave for an injector to fill; the API server refuses the
 * whole definition for it.
 */
function withoutPlaceholder(object: JsonObject): JsonObject {
  return changed(object, ['spec', 'conversion', 'webhook', 'clientConfig'], config => {
    if (!isObject(config) || typeof config.caBundle !== 'string' || isCertificate(config.caBundle))
      return config;
    const { caBundle, ...rest } = config;
    return rest;
  });
}

function isCertificate(base64: string): boolean {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64')).subject !== undefined;
  } catch {
    return false;
  }
}

/** The value with what is at the path changed, where there is something. */
function changed(value: JsonObject, path: string[], change: (value: Json) => Json): JsonObject;
function changed(value: Json, path: string[], change: (value: Json) => Json): Json;
function changed(value: Json, path: string[], change: (value: Json) => Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (!isObject(value) || value[key] === undefined) return value;
  return { ...value, [key]: changed(value[key], rest, change) };
}
