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
  /** By the name of the chart, the highest version first. Where nothing is written, null. */
  entries: Map<string, ChartVersion[] | null> | null;
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
  return json === undefined ? indexOf(readYaml(text), true) : indexOf(json, false);
}

function asJson(text: string): Json | undefined {
  if (!/^[ \t\r\n]*[{["n]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // YAML may begin so too
  }
}

function readYaml(text: string): Json {
  try {
    return parseAll(text, { source: 'index.yaml' })[0] ?? null;
  } catch (cause) {
    throw within('error converting YAML to JSON', cause);
  }
}

/** Here numbers do not become texts, as they do in Chart.yaml: Go's reader of YAML does not look into the struct. */
function indexOf(value: Json, strict: boolean): IndexFile {
  if (value !== null && !isObject(value)) throw new ChartError('it is no mapping');
  const { entries = null, serverInfo = null, rest } = partsOf(value ?? {});
  const options = { strict, exactTexts: true };
  const { apiVersion, ...head } = decodeStruct(rest, indexHead, options) as Partial<IndexFile>;
  if (!apiVersion) throw new ChartError('no API version specified');
  if (entries !== null && !isObject(entries)) throw new ChartError('entries is no mapping of charts');
  if (serverInfo !== null && !isObject(serverInfo)) throw new ChartError('serverInfo is no mapping');
  return {
    ...head,
    ...(serverInfo && { serverInfo }),
    apiVersion,
    entries:
      entries &&
      new Map(Object.entries(entries).map(([name, list]) => [name, versionsOf(name, list, options)])),
  };
}

/** Names of fields match without regard to case. */
function partsOf(value: JsonObject): { entries?: Json; serverInfo?: Json; rest: JsonObject } {
  const parts: { entries?: Json; serverInfo?: Json; rest: JsonObject } = { rest: {} };
  for (const [key, field] of Object.entries(value)) {
    if (key.toLowerCase() === 'entries') parts.entries = field;
    else if (key.toLowerCase() === 'serverinfo') parts.serverInfo = field;
    else put(parts.rest, key, field);
  }
  return parts;
}

function versionsOf(name: string, value: Json, options: DecodeOptions): ChartVersion[] | null {
  if (value === null) return null;
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
  const dependencies = Array.isArray(fields.dependencies) ? fields.dependencies.map(named) : undefined;
  const written = { ...fields, apiVersion: fields.apiVersion ?? 'v1', ...(dependencies && { dependencies }) };
  const given = written as unknown as ChartVersion;
  try {
    return { ...given, ...checkMetadata(given) };
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    if (!error.message.startsWith('validation: more than one dependency with name or alias'))
      return undefined;
    const { dependencies: twice, ...rest } = given;
    return { ...rest, ...checkMetadata(rest), ...(twice && { dependencies: twice }) };
  }
}

/** A dependency has a name and a repository, even where they are empty. */
function named(dependency: Json): Json {
  return isObject(dependency) ? { name: '', repository: '', ...dependency } : dependency;
}

/** The index as JSON, as Go's encoding/json writes it with two blanks: equal indexes are equal bytes. */
export function indexFileJson(index: IndexFile): string {
  const entries: JsonObject = {};
  for (const name of [...(index.entries?.keys() ?? [])].sort())
    put(entries, name, index.entries?.get(name)?.map(versionJson) ?? null);
  const { serverInfo, apiVersion, generated, publicKeys, annotations } = index;
  const whole: JsonObject = {
    ...(serverInfo && Object.keys(serverInfo).length > 0 && { serverInfo: sorted(serverInfo) }),
    apiVersion,
    generated: timeText(generated),
    entries: index.entries && entries,
    ...(publicKeys?.length && { publicKeys }),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations: sorted(annotations) }),
  };
  return JSON.stringify(whole, null, 2).replace(/[<>&\u2028\u2029]/g, escaped);
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
    /^([\d-]{10})[Tt](\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  if (date === undefined) return time;
  const digits = fraction.slice(0, 9).replace(/(?<!0)0+$/, '');
  const isUtc = /^(?:[Zz]|[+-]00:00)$/.test(zone);
  return `${date}T${clock}${digits && `.${digits}`}${isUtc ? 'Z' : zone}`;
}
