import type { Json, JsonObject } from '@millrace/json';
import type { Resource } from '../api/resource.ts';
import { textAt } from '../api/tree.ts';
import { age } from './age.ts';
import { jsonPath } from './json-path.ts';
import { printers } from './printers.ts';

/** A column of a Table: priority 0 is always shown, 1 only by `-o wide`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly priority: number;
  cell(object: JsonObject, now: Date): Json;
}

/** A column that only `-o wide` shows. */
export function wide(name: string, cell: (object: JsonObject, now: Date) => Json): Column {
  return { ...column(name, cell), priority: 1 };
}

export function column(name: string, cell: (object: JsonObject, now: Date) => Json, type = 'string'): Column {
  return { name, type, format: name === 'Name' ? 'name' : '', priority: 0, cell };
}

export const nameColumn = column('Name', object => textAt(object, 'metadata', 'name'));
export const ageColumn = column('Age', (object, now) =>
  age(textAt(object, 'metadata', 'creationTimestamp'), now),
);
const createdAt = column('Created At', object => textAt(object, 'metadata', 'creationTimestamp'), 'date');

/** The columns that kubectl users know for a resource; name and creation for what has none of its own. */
export function columnsOf(resource: Resource): readonly Column[] {
  if (!resource.custom) {
    const own = printers[resource.storage];
    return own ? [nameColumn, ...own] : [nameColumn, createdAt];
  }
  if (resource.custom.columns.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...resource.custom.columns.map(fromDefinition)];
}

function fromDefinition(own: NonNullable<Resource['custom']>['columns'][number]): Column {
  return {
    name: own.name,
    type: own.type,
    format: own.format ?? '',
    priority: own.priority ?? 0,
    cell(object, now) {
      const found = jsonPath(object, own.jsonPath);
      const first = found[0];
      if (first === undefined || first === null) return null;
      if (own.type === 'date') return age(String(first), now);
      if (own.type === 'string')
        return found.map(value => (typeof value === 'string' ? value : JSON.stringify(value))).join(',');
      return typeof first === 'object' ? JSON.stringify(first) : first;
    },
  };
}
