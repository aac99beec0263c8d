import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, type KubeObject } from '@millrace/kube';

/** What stands in the place of what is secret: it tells neither the text nor its length. */
export const mask = '***';

/** `kubectl apply` writes the whole object there once more. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object as it may leave the server: without the data of Secrets, and of ConfigMaps in which helm keeps releases
 * (manifests and values, Secrets among them). Bytes of other ConfigMaps are told by their number.
 */
export function masked(object: KubeObject): JsonObject {
  const { annotations, ...metadata } = object.metadata;
  const { [lastApplied]: _, ...rest } = annotations ?? {};
  const shown: JsonObject = {
    ...asJson(object),
    metadata: {
      ...asJson(metadata as never),
      ...(Object.keys(rest).length > 0 ? { annotations: rest } : {}),
    },
  };
  if (object.kind === 'Secret' || isHelmStorage(object)) {
    for (const field of ['data', 'stringData', 'binaryData'])
      if (isPresent(shown[field])) shown[field] = eachAs(shown[field], () => mask);
  } else if (object.kind === 'ConfigMap' && object.apiVersion === 'v1' && isPresent(shown.binaryData)) {
    shown.binaryData = eachAs(shown.binaryData, value => `(${bytesIn(value)} bytes)`);
  }
  return shown;
}

const isPresent = (value: Json | undefined): value is Json => value !== undefined && value !== null;

/** helm's drivers label what they store (helm.sh/helm/v4/pkg/storage/driver). */
function isHelmStorage({ kind, metadata }: KubeObject): boolean {
  return kind === 'ConfigMap' && metadata.labels?.owner === 'helm';
}

/** What is no map is hidden whole. */
function eachAs(data: Json, show: (value: Json) => string): Json {
  if (!isObject(data)) return mask;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, show(value)]));
}

const bytesIn = (value: Json) => (typeof value === 'string' ? Buffer.byteLength(value, 'base64') : 0);
