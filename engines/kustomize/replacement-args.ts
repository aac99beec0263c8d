import type { Json } from '@millrace/json';
import type { Fields } from './fields.ts';
import { readSelector, type Selector } from './selector.ts';

/** An entry of replacements: a value of one object, written into fields of others. */
export interface Replacement {
  /** A file that holds the replacement (or a list of them) instead. */
  path: string;
  source: ReplacementSource | undefined;
  sourceValue: string | undefined;
  targets: ReplacementTarget[];
}

export interface ReplacementSource {
  group: string;
  version: string;
  kind: string;
  name: string;
  namespace: string;
  fieldPath: string;
  options: ReplacementOptions;
}

export interface ReplacementTarget {
  select: Selector | undefined;
  reject: Selector[];
  fieldPaths: string[];
  options: ReplacementOptions;
}

export interface ReplacementOptions {
  delimiter: string;
  index: number;
  create: boolean;
  encoding: string;
}

export function readReplacement(fields: Fields): Replacement {
  const value = fields.raw('sourceValue');
  return {
    path: fields.string('path'),
    source: fields.map('source', readSource),
    sourceValue: value === undefined || value === null ? undefined : fields.string('sourceValue'),
    targets: fields.maps('targets', readTarget),
  };
}

function readSource(fields: Fields): ReplacementSource {
  return {
    group: fields.string('group'),
    version: fields.string('version'),
    kind: fields.string('kind'),
    name: fields.string('name'),
    namespace: fields.string('namespace'),
    fieldPath: fields.string('fieldPath'),
    options: fields.map('options', readOptions) ?? noOptions,
  };
}

function readTarget(fields: Fields): ReplacementTarget {
  return {
    select: fields.map('select', readSelector),
    reject: fields.maps('reject', readSelector),
    fieldPaths: fields.strings('fieldPaths'),
    options: fields.map('options', readOptions) ?? noOptions,
  };
}

const noOptions: ReplacementOptions = { delimiter: '', index: 0, create: false, encoding: '' };

function readOptions(fields: Fields): ReplacementOptions {
  return {
    delimiter: fields.string('delimiter'),
    index: fields.integer('index'),
    create: fields.boolean('create'),
    encoding: fields.string('encoding'),
  };
}

/** The replacements that a file of its own holds: one, or a list. */
export function replacementItems(document: Json): Json[] {
  return Array.isArray(document) ? document : [document];
}
