import { FieldSet } from '@millrace/apply';
import { isObject, type Json, type JsonObject } from '@millrace/json';

/**
 * An object as JSON, beginning with what it is. Half of it are often the sets of managedFields, which objects of one
 * shape share: their text is not written anew.
 */
export function objectText({ kind, apiVersion, metadata, ...rest }: JsonObject): string {
  const entries = isObject(metadata) ? metadata.managedFields : undefined;
  if (!isObject(metadata) || !Array.isArray(entries))
    return JSON.stringify({ kind, apiVersion, metadata, ...rest });
  const { managedFields: _, ...others } = metadata;
  const list = `[${entries.map(entryText).join(',')}]`;
  const head = JSON.stringify({ kind, apiVersion });
  const withMetadata = withMember(
    head,
    'metadata',
    withMember(JSON.stringify(others), 'managedFields', list),
  );
  const body = JSON.stringify(rest);
  return body === '{}' ? withMetadata : `${withMetadata.slice(0, -1)},${body.slice(1)}`;
}

function entryText(entry: Json): string {
  const fieldsV1 = isObject(entry) ? entry.fieldsV1 : undefined;
  const text = isObject(fieldsV1) ? FieldSet.textOf(fieldsV1) : undefined;
  if (!isObject(entry) || text === undefined) return JSON.stringify(entry);
  const { fieldsV1: _, ...others } = entry;
  return withMember(JSON.stringify(others), 'fieldsV1', text);
}

/** The text of an object with one member more. */
function withMember(object: string, name: string, value: string): string {
  return `${object.slice(0, -1)}${object === '{}' ? '' : ','}"${name}":${value}}`;
}
