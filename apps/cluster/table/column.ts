import type { Json, JsonObject } from '@millrace/json';
import { formatLabelSelector } from '../api/label-selector.ts';
import { objectAt, textAt } from '../api/tree.ts';
import { age } from './age.ts';

/** A column of a Table: priority 0 is always shown, 1 only by `-o wide`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly priority: number;
  /** What the column shows, where a definition says it. */
  readonly description?: string;
  cell(object: JsonObject, now: Date): Json;
}

export function column(name: string, cell: Column['cell'], type = 'string'): Column {
  return { name, type, format: name === 'Name' ? 'name' : '', priority: 0, cell };
}

/** A column that only `-o wide` shows. */
export function wide(name: string, cell: Column['cell']): Column {
  return { ...column(name, cell), priority: 1 };
}

/** kubectl users find the default storage class by the mark behind its name. */
const isDefault = 'storageclass.kubernetes.io/is-default-class';

export const nameColumn = column('Name', object => {
  const name = textAt(object, 'metadata', 'name');
  const marked =
    object.kind === 'StorageClass' && textAt(object, 'metadata', 'annotations', isDefault) === 'true';
  return marked ? `${name} (default)` : name;
});
export const ageColumn = column('Age', (object, now) =>
  age(textAt(object, 'metadata', 'creationTimestamp'), now),
);
export const createdAt = column(
  'Created At',
  object => textAt(object, 'metadata', 'creationTimestamp'),
  'date',
);

/** The text at a path, or what stands for nothing. */
export function textColumn(name: string, path: readonly string[], absent = '<none>'): Column {
  return column(name, object => textAt(object, ...path) || absent);
}

/** Labels as `key=value,…`. */
export function labelText(labels: JsonObject): string {
  const all = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return all.length > 0 ? all.join(',') : '<none>';
}

/** A LabelSelector in the grammar of kubectl. */
export function selectorText(object: JsonObject, ...path: string[]): string {
  return formatLabelSelector(objectAt(object, ...path)) || '<none>';
}
