import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { compareVersions, parseVersion } from '@millrace/semver';
import { parseAll } from '@millrace/yaml';
import type { Metadata } from '../chart/chart.ts';
import { ChartError, within } from '../chart/chart-error.ts';
import { checkMetadata } from '../chart/check-metadata.ts';
import { type DecodeOptions, decodeStruct } from '../chart/decode.ts';
import { chartVersion, indexHead } from './index-struct.ts';

/** A version of a chart as an index has it. */
export interface ChartVersion extends Metadata {
  urls?: string[];
  /** RFC 3339. */
  created?: string;
  removed?: boolean;
  /** SHA-256 of the archive, in hex. */
  digest?: string;
}

/** index.yaml of a repository of charts. */
export interface IndexFile {
  serverInfo?: JsonObject;
  apiVersion: string;
  generated?: string;
  /** By the name of the chart, the highest version first. */
  entries: Map<string, ChartVersion[]>;
  publicKeys?: string[];
  annotations?: JsonObject;
}

/**
 * An index in YAML, where an unknown or a repeated key is an error, or in JSON, where it is none. Versions that are no
 * chart's are left out.
 * @throws ChartError for what is no index. Rule: IndexFromBytes of source-controller, LoadIndex of Helm.
 */
export function readIndexFile(text: string): IndexFile {
  if (text === '') throw new ChartError('empty index.yaml file');
  const json = asJson(text);
  if (json !== undefined) return indexOf(json, {});
  const spellings = new Map<JsonObject, Map<string, string>>();
  const remember = (map: JsonObject, key: string, written: string) => {
    const known = spellings.get(map);
    if (known) known.set(key, written);
    else spellings.set(map, new Map([[key, written]]));
  };
  const value = readYaml(text, remember);
  return indexOf(value, { strict: true, spelling: (map, key) => spellings.get(map)?.get(key) });
}

function asJson(text: string): Json | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // YAML may begin so too
  }
}

function readYaml(text: string, onPlainValue: (map: JsonObject, key: string, text: string) => void): Json {
  try {
    return parseAll(text, { source: 'index.yaml', integers: 'exact', onPlainValue })[0] ?? null;
  } catch (cause) {
    throw within('error converting YAML to JSON', cause);
  }
}

function indexOf(value: Json, options: DecodeOptions): IndexFile {
  if (!isObject(value)) throw new ChartError('it is no mapping');
  const { entries = null, serverInfo = null, ...rest } = value;
  const head = decodeStruct(rest, indexHead, options) as Partial<IndexFile>;
  if (!head.apiVersion) throw new ChartError('no API version specified');
  if (entries !== null && !isObject(entries)) throw new ChartError('entries is no mapping of charts');
  if (serverInfo !== null && !isObject(serverInfo)) throw new ChartError('serverInfo is no mapping');
  const found = new Map<string, ChartVersion[]>();
  for (const [name, versions] of Object.entries(entries ?? {}))
    found.set(name, versionsOf(name, versions, options));
  return {
    ...(serverInfo && { serverInfo }),
    ...head,
    apiVersion: head.apiVersion,
    entries: found,
  };
}

function versionsOf(name: string, value: Json, options: DecodeOptions): ChartVersion[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw new ChartError(`entries.${name} is no list of versions`);
  const found = value.map(one => {
    if (one !== null && !isObject(one)) throw new ChartError(`entries.${name} has what is no version`);
    return checked(decodeStruct(one, chartVersion, options));
  });
  const valid = found.filter(version => version !== undefined);
  const order = valid.map(version => ({ version, parts: parseVersion(version.version)! }));
  return order.sort((a, b) => compareVersions(b.parts, a.parts)).map(({ version }) => version);
}

/** Undefined for what is no chart. Some repositories write dependencies without their aliases: that is passed over. */
function checked(fields: JsonObject): ChartVersion | undefined {
  const given = { ...fields, apiVersion: fields.apiVersion ?? 'v1' } as unknown as ChartVersion;
  try {
    return { ...given, ...checkMetadata(given) };
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    if (!error.message.startsWith('validation: more than one dependency with name or alias'))
      return undefined;
    const { dependencies, ...rest } = given;
    return { ...rest, ...checkMetadata(rest), ...(dependencies && { dependencies }) };
  }
}

/** The index as JSON, as Go's encoding/json writes it with two blanks: equal indexes are equal bytes. */
export function indexFileJson(index: IndexFile): string {
  const entries: JsonObject = {};
  for (const name of [...index.entries.keys()].sort())
    put(entries, name, index.entries.get(name)!.map(versionJson));
  const { serverInfo, apiVersion, generated, publicKeys, annotations } = index;
  const whole: JsonObject = {
    ...(serverInfo && Object.keys(serverInfo).length > 0 && { serverInfo: sorted(serverInfo) }),
    apiVersion,
    generated: timeText(generated),
    entries,
    ...(publicKeys?.length && { publicKeys }),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations: sorted(annotations) }),
  };
  return JSON.stringify(whole, withDoubles, 2).replace(/[<>&\u2028\u2029]/g, escaped);
}

/** Whatever is not typed is a double to Go. */
function withDoubles(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const dependencyFields = [
  'name',
  'version',
  'repository',
  'condition',
  'tags',
  'enabled',
  'import-values',
  'alias',
];

function versionJson(version: ChartVersion): JsonObject {
  const fields = version as unknown as JsonObject;
  const out: JsonObject = {};
  for (const field of Object.keys(chartVersion.fields)) {
    const value = fields[field];
    if (field === 'urls') out.urls = value ?? null;
    else if (field === 'created') out.created = timeText(version.created);
    else if (value === undefined || isEmpty(value)) continue;
    else if (field === 'dependencies') out.dependencies = (value as Json[]).map(dependencyJson);
    else if (field === 'maintainers')
      out.maintainers = (value as Json[]).map(one => inOrder(one, ['name', 'email', 'url']));
    else out[field] = sorted(value);
  }
  return out;
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function dependencyJson(dependency: Json): Json {
  return inOrder(dependency, dependencyFields);
}

function inOrder(value: Json, fields: string[]): Json {
  if (!isObject(value)) return value;
  const there = fields.filter(field => value[field] !== undefined && !isEmpty(value[field]));
  return Object.fromEntries(there.map(field => [field, sorted(value[field]!)]));
}

/** Go writes the keys of a map in their order. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const key of Object.keys(value).sort()) put(out, key, sorted(value[key]!));
  return out;
}

/** A time as Go writes it again: no zeros at the end of the fraction, Z for no offset. */
function timeText(time = '0001-01-01T00:00:00Z'): string {
  const [, date, clock, fraction = '', zone = 'Z'] =
    /^([\d-]{10})[Tt](\d\d:\d\d:\d\d)(?:[.,](\d+))?(.+)$/.exec(time) ?? [];
  if (date === undefined) return time;
  const digits = fraction.slice(0, 9).replace(/(?<!0)0+$/, '');
  const isUtc = /^(?:[Zz]|[+-]00:00)$/.test(zone);
  return `${date}T${clock}${digits && `.${digits}`}${isUtc ? 'Z' : zone}`;
}
