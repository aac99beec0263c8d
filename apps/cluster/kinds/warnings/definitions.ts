import { isObject, type Json, type JsonObject } from '@millrace/json';
import { knownFormat } from '@millrace/schema';
import { objectsAt, textAt, valueAt } from '../../api/tree.ts';

/** Of formats in the schemas of a definition that mean nothing, and did not stand there before. */
export function formatWarnings(definition: JsonObject, old: JsonObject | undefined): string[] {
  const before = new Set(old === undefined ? [] : unknownFormats(old));
  return [...unknownFormats(definition)]
    .filter(format => !before.has(format))
    .map(format => `unrecognized format ${JSON.stringify(format)}`);
}

function unknownFormats(definition: JsonObject): Set<string> {
  const formats = new Set<string>();
  for (const version of objectsAt(definition, 'spec', 'versions'))
    addUnknown(valueAt(version, 'schema', 'openAPIV3Schema'), formats);
  return formats;
}

const maps = ['properties', 'patternProperties', 'definitions'];
const lists = ['allOf', 'anyOf', 'oneOf'];
const single = ['items', 'not', 'additionalProperties'];

function addUnknown(schema: Json | undefined, formats: Set<string>): void {
  if (!isObject(schema)) return;
  const format = textAt(schema, 'format');
  if (format !== '' && !isKnown(format, textAt(schema, 'type'))) formats.add(format);
  for (const key of single) addUnknown(schema[key], formats);
  for (const key of lists) for (const each of objectsAt(schema, key)) addUnknown(each, formats);
  for (const key of maps) {
    const members = schema[key];
    if (isObject(members)) for (const each of Object.values(members)) addUnknown(each, formats);
  }
}

/** Source of the rule: apiextensions, GetUnrecognizedFormats. */
function isKnown(format: string, type: string): boolean {
  if (type === 'integer') return format === 'int32' || format === 'int64';
  if (type === 'number') return format === 'float' || format === 'double';
  return (type === '' || type === 'string') && knownFormat(format);
}
