import type { JsonObject } from '@millrace/json';
import { parseAll, YamlError } from '@millrace/yaml';
import { BuildError } from './build-error.ts';
import { DuplicateKeys } from './duplicates.ts';
import type { FieldSpec } from './field-spec.ts';
import { Fields } from './fields.ts';
import {
  type GeneratorArgs,
  type GeneratorOptions,
  readGeneratorArgs,
  readGeneratorOptions,
} from './generator-args.ts';
import { type Replacement, readReplacement } from './replacement-args.ts';
import { readSelector, type Selector } from './selector.ts';
import { readVar, type Var } from './var-args.ts';

export const kustomizationFileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** A kustomization file, every field read and typed. */
export interface Kustomization {
  file: string;
  isComponent: boolean;
  resources: string[];
  components: string[];
  crds: string[];
  configurations: string[];
  generators: string[];
  transformers: string[];
  validators: string[];
  openapi: { path?: string; version?: string };
  namespace: string;
  namePrefix: string;
  nameSuffix: string;
  labels: Label[];
  commonLabels: Record<string, string>;
  commonAnnotations: Record<string, string>;
  images: Image[];
  replicas: Replica[];
  patches: PatchArgs[];
  patchesStrategicMerge: string[];
  patchesJson6902: PatchArgs[];
  replacements: Replacement[];
  vars: Var[];
  configMapGenerator: GeneratorArgs[];
  secretGenerator: GeneratorArgs[];
  generatorOptions: GeneratorOptions | undefined;
  buildMetadata: string[];
  sortOptions: SortOptions | undefined;
  /** Deprecated fields in use, as upstream words it. */
  warnings: string[];
}

export interface Label {
  pairs: Record<string, string>;
  includeSelectors: boolean;
  includeTemplates: boolean;
  fields: FieldSpec[];
}

export interface Image {
  name: string;
  newName: string;
  newTag: string;
  tagSuffix: string;
  digest: string;
}

export interface Replica {
  name: string;
  count: number;
}

export interface PatchArgs {
  path: string;
  patch: string;
  target: Selector | undefined;
  allowNameChange: boolean;
  allowKindChange: boolean;
}

export interface SortOptions {
  order: 'legacy' | 'fifo';
  first: string[];
  last: string[];
}

/** How a kustomization file is read. */
export interface Reading {
  /** A key that is given twice is an error; else the last one counts, as in kustomize, with a warning. */
  strict: boolean;
  /** A key that kustomize does not know is dropped, with a warning; else it is an error. */
  lenient: boolean;
}

/** Reads the text of a kustomization file. `file` is its path, for errors. */
export function parseKustomization(text: string, file: string, { strict, lenient }: Reading): Kustomization {
  const duplicates = new DuplicateKeys('last');
  let documents: unknown[];
  try {
    const how = strict ? {} : ({ duplicates: 'last', onDuplicate: duplicates.note } as const);
    documents = parseAll(text, { source: file, ...how });
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new BuildError(cause.problem, { file, line: cause.line }, { cause });
  }
  const unknown: string[] = [];
  const onUnknown = lenient ? (field: string) => unknown.push(field) : undefined;
  const fields = new Fields((documents[0] ?? {}) as JsonObject, file, { onUnknown });
  const kustomization = readKustomization(fields, file);
  fields.done();
  kustomization.warnings.push(
    ...duplicates.warnings,
    ...unknown.slice(0, mostUnknown).map(field => `${field}: no such field; it is left out`),
  );
  return kustomization;
}

/** So many unknown fields are named. */
const mostUnknown = 20;

function readKustomization(fields: Fields, file: string): Kustomization {
  const isComponent = readType(fields);
  refuseHelm(fields);
  requireContent(fields);
  return {
    file,
    isComponent,
    warnings: deprecations(fields),
    resources: [...fields.strings('resources'), ...fields.strings('bases')],
    components: fields.strings('components'),
    crds: fields.strings('crds'),
    configurations: fields.strings('configurations'),
    generators: fields.strings('generators'),
    transformers: fields.strings('transformers'),
    validators: fields.strings('validators'),
    openapi: fields.stringMap('openapi') ?? {},
    namespace: fields.string('namespace'),
    namePrefix: fields.string('namePrefix'),
    nameSuffix: fields.string('nameSuffix'),
    labels: fields.maps('labels', readLabel),
    commonLabels: fields.stringMap('commonLabels') ?? {},
    commonAnnotations: fields.stringMap('commonAnnotations') ?? {},
    images: [...fields.maps('images', readImage), ...fields.maps('imageTags', readImage)],
    replicas: fields.maps('replicas', readReplica),
    patches: fields.maps('patches', readPatch),
    patchesStrategicMerge: fields.strings('patchesStrategicMerge'),
    patchesJson6902: fields.maps('patchesJson6902', readPatch),
    replacements: fields.maps('replacements', readReplacement),
    vars: fields.maps('vars', readVar),
    configMapGenerator: fields.maps('configMapGenerator', readGeneratorArgs),
    secretGenerator: fields.maps('secretGenerator', readGeneratorArgs),
    generatorOptions: fields.map('generatorOptions', readGeneratorOptions),
    // kustomize takes no notice of words that it does not know.
    buildMetadata: fields.strings('buildMetadata'),
    sortOptions: fields.map('sortOptions', readSortOptions),
  };
}

/** True for a Component. */
function readType(fields: Fields): boolean {
  const kind = fields.string('kind') || 'Kustomization';
  if (kind !== 'Kustomization' && kind !== 'Component') {
    fields.fail('kind', `must be Kustomization or Component, not ${kind}`);
  }
  const isComponent = kind === 'Component';
  const wanted = `kustomize.config.k8s.io/${isComponent ? 'v1alpha1' : 'v1beta1'}`;
  const apiVersion = fields.string('apiVersion');
  if (apiVersion !== '' && apiVersion !== wanted) {
    fields.fail('apiVersion', `must be ${wanted} for a ${kind}, not ${apiVersion}`);
  }
  fields.raw('metadata');
  return isComponent;
}

/** Helm charts need the helm program; Flux does not run them either. */
function refuseHelm(fields: Fields): void {
  for (const name of ['helmCharts', 'helmChartInflationGenerator']) {
    const value = fields.raw(name);
    if (Array.isArray(value) && value.length > 0) {
      fields.fail(name, 'Helm charts are not built here: use a HelmRelease, or commit the rendered chart');
    }
  }
  fields.raw('helmGlobals');
}

function requireContent(fields: Fields): void {
  const content = [
    ...[
      'resources',
      'bases',
      'components',
      'crds',
      'configurations',
      'generators',
      'transformers',
      'validators',
    ],
    ...['openapi', 'namespace', 'namePrefix', 'nameSuffix', 'labels', 'commonLabels', 'commonAnnotations'],
    ...[
      'images',
      'imageTags',
      'replicas',
      'patches',
      'patchesStrategicMerge',
      'patchesJson6902',
      'replacements',
    ],
    ...['vars', 'configMapGenerator', 'secretGenerator', 'generatorOptions', 'buildMetadata', 'sortOptions'],
    ...['metadata', 'helmGlobals'],
  ];
  if (!content.some(name => fields.has(name) && fields.raw(name) !== null && fields.raw(name) !== '')) {
    const known = content.concat('helmCharts', 'helmChartInflationGenerator', 'kind', 'apiVersion');
    fields.refuseUnknown(known);
    fields.fail('', 'the kustomization is empty');
  }
}

const replacedBy: Record<string, string> = {
  bases: 'resources',
  commonLabels: 'labels',
  imageTags: 'images',
  patchesJson6902: 'patches',
  patchesStrategicMerge: 'patches',
  vars: 'replacements',
};

function deprecations(fields: Fields): string[] {
  return Object.entries(replacedBy)
    .filter(([name]) => fields.has(name) && fields.raw(name) !== null)
    .map(([name, by]) => `'${name}' is deprecated, use '${by}' instead`);
}

function readLabel(fields: Fields): Label {
  return {
    pairs: fields.stringMap('pairs') ?? {},
    includeSelectors: fields.boolean('includeSelectors'),
    includeTemplates: fields.boolean('includeTemplates'),
    fields: fields.maps('fields', readFieldSpec),
  };
}

export function readFieldSpec(fields: Fields): FieldSpec {
  return {
    group: fields.string('group'),
    version: fields.string('version'),
    kind: fields.string('kind'),
    path: fields.string('path'),
    create: fields.boolean('create'),
  };
}

export function readImage(fields: Fields): Image {
  return {
    name: fields.string('name'),
    newName: fields.string('newName'),
    newTag: fields.string('newTag'),
    tagSuffix: fields.string('tagSuffix'),
    digest: fields.string('digest'),
  };
}

export function readReplica(fields: Fields): Replica {
  return { name: fields.string('name'), count: fields.integer('count') };
}

export function readPatch(fields: Fields): PatchArgs {
  const options = fields.map('options', inner => ({
    allowNameChange: inner.boolean('allowNameChange'),
    allowKindChange: inner.boolean('allowKindChange'),
  }));
  return {
    path: fields.string('path'),
    patch: fields.string('patch'),
    target: fields.map('target', readSelector),
    allowNameChange: options?.allowNameChange ?? false,
    allowKindChange: options?.allowKindChange ?? false,
  };
}

export function readSortOptions(fields: Fields): SortOptions {
  const order = fields.string('order');
  if (order !== 'legacy' && order !== 'fifo') fields.fail('order', 'must be legacy or fifo');
  const legacy = fields.map('legacySortOptions', inner => ({
    first: inner.strings('orderFirst'),
    last: inner.strings('orderLast'),
  }));
  if (legacy !== undefined && order === 'fifo') {
    fields.fail('legacySortOptions', 'is only for the order legacy');
  }
  return { order, first: legacy?.first ?? [], last: legacy?.last ?? [] };
}
