import type { Json, JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import type { Lock, Metadata } from './chart.ts';
import { within } from './chart-error.ts';
import { decodeStruct, type Struct } from './decode.ts';

const maintainer: Struct = {
  name: 'Maintainer',
  package: 'v2',
  fields: { name: 'string', email: 'string', url: 'string' },
};

const dependency: Struct = {
  name: 'Dependency',
  package: 'v2',
  fields: {
    name: 'string',
    version: 'string',
    repository: 'string',
    condition: 'string',
    tags: 'string[]',
    enabled: 'bool',
    'import-values': 'any[]',
    alias: 'string',
  },
};

/** The fields of Chart.yaml, in the order in which Helm writes them. */
export const metadata: Struct = {
  name: 'Metadata',
  package: 'v2',
  fields: {
    name: 'string',
    home: 'string',
    sources: 'string[]',
    version: 'string',
    description: 'string',
    keywords: 'string[]',
    maintainers: [maintainer],
    icon: 'string',
    apiVersion: 'string',
    condition: 'string',
    tags: 'string',
    appVersion: 'string',
    deprecated: 'bool',
    annotations: 'map[string]string',
    kubeVersion: 'string',
    dependencies: [dependency],
    type: 'string',
  },
};

const lock: Struct = {
  name: 'Lock',
  package: 'v2',
  fields: { generated: 'time', digest: 'string', dependencies: [dependency] },
};

/**
 * Chart.yaml or requirements.yaml as it stands there; `checkMetadata` says whether it is a chart's.
 * @throws ChartError that begins with `cannot load FILE`.
 */
export function readMetadata(text: string, file: string): Partial<Metadata> {
  const fields = decodeYaml(text, file, metadata);
  for (const one of listOf(fields.dependencies)) requireDependencyFields(one);
  return fields as Partial<Metadata>;
}

/** Chart.lock or requirements.lock. Throws ChartError as readMetadata. */
export function readLock(text: string, file: string): Lock {
  const fields = decodeYaml(text, file, lock);
  const dependencies = listOf(fields.dependencies);
  for (const one of dependencies) requireDependencyFields(one);
  return { generated: '0001-01-01T00:00:00Z', digest: '', ...fields, dependencies } as unknown as Lock;
}

/** What is wrong with Chart.yaml if every field must be known and be there once; undefined for nothing. */
export function strictProblem(text: string): string | undefined {
  let value: Json;
  try {
    value = parseAll(text, { source: 'Chart.yaml' })[0] ?? null;
  } catch (cause) {
    return within('error converting YAML to JSON', cause).message;
  }
  try {
    decodeStruct(value, metadata, { strict: true });
    return undefined;
  } catch (cause) {
    return within('error unmarshaling JSON: while decoding JSON', cause).message;
  }
}

/** A dependency is written with name and repository even where they are empty. */
function requireDependencyFields(dependency: Json): void {
  if (dependency === null) return;
  const fields = dependency as JsonObject;
  fields.name ??= '';
  fields.repository ??= '';
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function decodeYaml(text: string, file: string, type: Struct): JsonObject {
  const spellings = new Map<JsonObject, Map<string, string>>();
  const remember = (map: JsonObject, key: string, written: string) => {
    if (!spellings.has(map)) spellings.set(map, new Map());
    spellings.get(map)!.set(key, written);
  };
  const value = readYaml(text, file, remember);
  try {
    return decodeStruct(value, type, { spelling: (map, key) => spellings.get(map)?.get(key) });
  } catch (cause) {
    throw within(`cannot load ${file}: error unmarshaling JSON: while decoding JSON`, cause);
  }
}

type PlainValueListener = (map: JsonObject, key: string, text: string) => void;

function readYaml(text: string, file: string, onPlainValue: PlainValueListener): Json {
  try {
    return parseAll(text, { source: file, duplicates: 'last', integers: 'exact', onPlainValue })[0] ?? null;
  } catch (cause) {
    throw within(`cannot load ${file}: error converting YAML to JSON`, cause);
  }
}
