import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { type DecryptOptions, decryptDocuments, named } from './decrypt.ts';
import { limits } from './limits.ts';
import { readMetadata, takeMetadata } from './metadata.ts';
import { Problem } from './sops-error.ts';
import { Branch, List, Timestamp, type Value } from './tree.ts';

/**
 * A Kubernetes object that is encrypted (`isEncryptedObject`), as it was before: without `sops`, its keys in their order.
 * kustomize-controller does not check the MAC of objects; `ignoreMac` says so here.
 * @throws SopsFailed where it cannot be decrypted; the reason of the signal.
 */
export async function decryptObject(object: JsonObject, options: DecryptOptions): Promise<JsonObject> {
  return named(options.source, async () => {
    const document = toBranch(object, 0);
    const metadata = readMetadata(takeMetadata([document]), options.ignoreMac);
    await decryptDocuments([document], metadata, options);
    return toObject(document);
  });
}

function toBranch(object: JsonObject, depth: number): Branch {
  if (depth > limits.depth)
    throw new Problem('limit', `the object is nested more than ${limits.depth} levels deep`);
  return new Branch(Object.keys(object).map(key => ({ key, value: toValue(object[key]!, depth + 1) })));
}

function toValue(value: Json, depth: number): Value {
  if (Array.isArray(value)) return new List(value.map(item => toValue(item, depth + 1)));
  if (isObject(value)) return toBranch(value, depth);
  return Number.isInteger(value) ? BigInt(value as number) : value;
}

function toObject(branch: Branch): JsonObject {
  const object: JsonObject = {};
  for (const { key, value } of branch.pairs) put(object, key, toJson(value));
  return object;
}

/** A whole number beyond 2^53 is rounded: the type Json has no other. */
function toJson(value: Value): Json {
  if (value instanceof Branch) return toObject(value);
  if (value instanceof List) return value.values.map(toJson);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Timestamp) return value.text;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}
