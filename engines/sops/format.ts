import { get, isObject, type JsonObject } from '@millrace/json';

/** What a text is. The binary format is JSON while it is encrypted. */
export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary';

/** As messages name them. */
export const formatNames: Record<SopsFormat, string> = {
  yaml: 'YAML',
  json: 'JSON',
  dotenv: 'dotenv',
  ini: 'INI',
  binary: 'binary',
};

const endings: readonly [ending: string, format: SopsFormat][] = [
  ['.dockerconfigjson', 'json'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.env', 'dotenv'],
  ['.ini', 'ini'],
];

/** The format of a file by its name, as SOPS and, for `.dockerconfigjson`, kustomize-controller tell it. */
export function formatOf(path: string): SopsFormat {
  return endings.find(([ending]) => path.endsWith(ending))?.[1] ?? 'binary';
}

/** What every encrypted text of a format has in it, by which kustomize-controller tells it. */
const markers: Record<SopsFormat, string> = {
  json: '"mac": "ENC[',
  binary: '"mac": "ENC[',
  dotenv: 'sops_mac=ENC[',
  yaml: 'mac: ENC[',
  ini: '[sops]',
};

/** Whether a file of a known format is encrypted. */
export function isEncrypted(data: Uint8Array, format: SopsFormat): boolean {
  return asBuffer(data).includes(markers[format]);
}

/**
 * The format in which a text of unknown format is encrypted, such as a value of a Secret; undefined for one that is
 * not encrypted.
 */
export function encryptedFormat(data: Uint8Array): SopsFormat | undefined {
  const formats: SopsFormat[] = ['json', 'dotenv', 'yaml', 'ini'];
  return formats.find(format => isEncrypted(data, format));
}

function asBuffer(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Whether an object is encrypted: it has a member `sops`, and that a `mac`. */
export function isEncryptedObject(object: JsonObject): boolean {
  const sops = get(object, 'sops');
  if (!isObject(sops)) return false;
  const mac = get(sops, 'mac') ?? null;
  return mac !== null && mac !== '';
}
