import type { Json } from '@millrace/json';
import type { PrinterColumn, Resource } from '../api/resource.ts';
import { age } from './age.ts';
import { ageColumn, type Column, createdAt, nameColumn } from './column.ts';
import { jsonPath } from './json-path.ts';
import { printers } from './printers.ts';

/** The columns that kubectl users know for a resource; name and creation for what has none of its own. */
export function columnsOf(resource: Resource): readonly Column[] {
  if (!resource.custom) {
    const own = printers[resource.storage];
    if (!own) return [nameColumn, createdAt];
    // Events, of which one reads other things first, say themselves where the name stands.
    return own.some(({ name, format }) => name === 'Name' || format === 'name') ? own : [nameColumn, ...own];
  }
  if (resource.custom.columns.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...resource.custom.columns.map(fromDefinition)];
}

function fromDefinition(own: PrinterColumn): Column {
  return {
    name: own.name,
    type: own.type,
    format: own.format ?? '',
    priority: own.priority ?? 0,
    description: own.description || `Custom resource definition column (in JSONPath format): ${own.jsonPath}`,
    cell: (object, now) => cellOf(own, jsonPath(object, own.jsonPath), now),
  };
}

function cellOf(own: PrinterColumn, found: readonly Json[], now: Date): Json {
  const [first] = found;
  if (first === undefined || first === null) return null;
  if (own.type === 'date') return age(String(first), now);
  if (own.type === 'string') return found.map(asText).join(',');
  return typeof first === 'object' ? JSON.stringify(first) : first;
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
