import { apiVersionOfKind, formatDuration, kinds, parseDuration } from '@millrace/api';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';

/**
 * The spec of an object as Flux's programs write it: durations in Go's way, and without what may be left out and says
 * nothing. That of a kind that is not known stays as it is.
 */
export function specAsWritten({ apiVersion, kind, spec }: KubeObject): JsonObject {
  const value = (spec ?? {}) as Json;
  const known = kinds.find(one => one.kind === kind && apiVersionOfKind(one) === apiVersion);
  const written = known ? asWritten(value, schemaOf(known.spec)) : value;
  return isObject(written) ? written : {};
}

/** What of a schema counts here. */
interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  pattern?: string;
  type?: string;
}

const schemaOf = (schema: object): Schema => schema as Schema;

const isDuration = ({ pattern = '' }: Schema) => pattern.includes('(ms|s|m');

function asWritten(value: Json, schema: Schema): Json {
  if (typeof value === 'string') return isDuration(schema) ? duration(value) : value;
  if (Array.isArray(value)) return value.map(entry => asWritten(entry, schema.items ?? {}));
  if (!isObject(value) || !schema.properties) return value;
  const written: JsonObject = {};
  for (const [name, before] of Object.entries(value)) {
    const own = Object.hasOwn(schema.properties, name) ? schema.properties[name]! : {};
    const after = asWritten(before, own);
    if (schema.required?.includes(name) || !isEmpty(after)) written[name] = after;
  }
  return written;
}

function duration(text: string): string {
  try {
    return formatDuration(parseDuration(text));
  } catch {
    return text;
  }
}

/** What Go leaves out of fields with `omitempty`. An object is never empty to it. */
function isEmpty(value: Json): boolean {
  return value === false || value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
}
