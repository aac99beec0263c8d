import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll, stringify, YamlError } from '@millrace/yaml';
import { ComposeError } from './compose-error.ts';

/** A file that is merged is one of values: so much of it is read. */
const largest = 4 * 2 ** 20;

/**
 * One file of YAML over another, as helm merges values: mappings are merged, all else is replaced. Documents of a file
 * are merged first. Throws ComposeError.
 */
export function mergedYaml(base: Uint8Array, overlay: Uint8Array): Buffer {
  return Buffer.from(stringify(merged(documentIn(base), documentIn(overlay))));
}

function documentIn(bytes: Uint8Array): JsonObject {
  if (bytes.byteLength > largest)
    throw new ComposeError(`a file of YAML that is merged may have ${largest} bytes`);
  let documents: Json[];
  try {
    documents = parseAll(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new ComposeError(`cannot unmarshal YAML document: ${cause.message}`, { cause });
  }
  let whole: JsonObject = {};
  for (const document of documents) {
    if (document === null) continue;
    if (!isObject(document)) throw new ComposeError('cannot unmarshal YAML document: it is no mapping');
    whole = merged(whole, document);
  }
  return whole;
}

function merged(base: JsonObject, overlay: JsonObject): JsonObject {
  const all = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(overlay)) {
    const before = all.get(key);
    all.set(key, isObject(value) && isObject(before) ? merged(before, value) : value);
  }
  return Object.fromEntries(all);
}
