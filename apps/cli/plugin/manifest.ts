import { isObject, type Json, type JsonObject } from '@millrace/json';

/*
 * The catalog of plugins: cli.fluxcd.io/v1beta1 (flux2, rfcs/0013-cli-plugin-system). It is read as what a stranger
 * wrote; what is said to be wrong names the field.
 */
export const apiVersion = 'cli.fluxcd.io/v1beta1';

/** A program for one kind of machine. */
export interface PlatformBinary {
  /** In Go's words: linux, darwin, windows. */
  os: string;
  /** In Go's words: amd64, arm64. */
  arch: string;
  url: string;
  /** `sha256:...`, of what is behind the URL. */
  checksum: string;
  /** Where in the archive the program is, if not somewhere by its own name. */
  extractPath?: string;
}

export interface PluginVersion {
  version: string;
  platforms: PlatformBinary[];
}

export interface PluginManifest {
  name: string;
  /** The name of the program's file. */
  bin: string;
  /** The newest first. */
  versions: PluginVersion[];
}

export interface CatalogEntry {
  name: string;
  description: string;
}

/** Throws TypeError for what is no manifest. */
export function parseManifest(value: Json | undefined): PluginManifest {
  const { name, bin, versions } = fieldsOf(value, ['name', 'bin', 'versions']);
  return {
    name: string(name, 'name'),
    bin: string(bin, 'bin'),
    versions: list(versions, 'versions').map(version => {
      const { version: number, platforms } = fieldsOf(version, ['version', 'platforms']);
      return {
        version: string(number, 'version'),
        platforms: list(platforms, 'platforms').map(parsePlatform),
      };
    }),
  };
}

export function parsePlatform(value: Json | undefined): PlatformBinary {
  const { os, arch, url, checksum, extractPath } = fieldsOf(value, [
    'os',
    'arch',
    'url',
    'checksum',
    'extractPath',
  ]);
  return {
    os: string(os, 'os'),
    arch: string(arch, 'arch'),
    url: string(url, 'url'),
    checksum: string(checksum, 'checksum'),
    ...(extractPath ? { extractPath: string(extractPath, 'extractPath') } : {}),
  };
}

/** Throws TypeError for what is no catalog. */
export function parseCatalog(value: Json | undefined): CatalogEntry[] {
  return list(fieldsOf(value, ['plugins']).plugins, 'plugins').map(entry => {
    const { name, description } = fieldsOf(entry, ['name', 'description']);
    return { name: string(name, 'name'), description: string(description, 'description') };
  });
}

/** The fields of a mapping. */
export function fieldsOf<K extends string>(value: Json | undefined, keys: K[]): Record<K, Json | undefined> {
  if (!isObject(value)) throw new TypeError('expected a mapping');
  const object: JsonObject = value;
  return Object.fromEntries(keys.map(key => [key, object[key]])) as Record<K, Json | undefined>;
}

function string(value: Json | undefined, key: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new TypeError(`${key}: expected a string`);
  return value;
}

function list(value: Json | undefined, key: string): Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new TypeError(`${key}: expected a list`);
  return value;
}
