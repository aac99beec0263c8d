import { isObject, type JsonObject } from '@millrace/json';
import { stringify } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';

/** In place of what SOPS has encrypted, as flux has it. */
export const sopsMask = '**SOPS**';

const encoded = (text: string) => Buffer.from(text).toString('base64');

/** What a Secret of this type holds has to be JSON. */
const dockerType = 'kubernetes.io/dockerconfigjson';

/**
 * A Secret without what SOPS has encrypted: where the whole of it is, each value is masked and `sops` is gone; where
 * files in it are, those values are (flux2, internal/build). Other objects are left as they are.
 */
export function withoutEncrypted(object: JsonObject): JsonObject {
  if (object.kind !== 'Secret') return object;
  const text = stringify(object);
  if (text.includes('sops:') && text.includes('mac: ENC[')) {
    const { sops, ...rest } = object;
    const mask = rest.type === dockerType ? JSON.stringify({ mask: sopsMask }) : sopsMask;
    return masked(rest, { data: () => encoded(mask), stringData: () => mask });
  }
  return masked(object, {
    data: value => (isEncryptedFile(decoded(value, object)) ? encoded(sopsMask) : value),
    stringData: value => (isEncryptedFile(value) ? sopsMask : value),
  });
}

const isEncryptedFile = (text: string) => text.includes('sops') && text.includes('ENC[');

function masked(
  object: JsonObject,
  masks: Record<'data' | 'stringData', (value: string) => string>,
): JsonObject {
  const shown: JsonObject = { ...object };
  for (const [field, mask] of Object.entries(masks)) {
    const values = object[field];
    if (!isObject(values)) continue;
    const entries = Object.entries(values);
    shown[field] = Object.fromEntries(entries.map(([key, value]) => [key, mask(String(value ?? ''))]));
  }
  return shown;
}

/** What stands in `data` and is no base64 no cluster would take. */
function decoded(value: string, { metadata }: JsonObject): string {
  const plain = value.replace(/[\r\n]/g, '');
  const isBase64 = plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain);
  if (isBase64) return Buffer.from(plain, 'base64').toString('utf8');
  const name = isObject(metadata) ? metadata.name : '';
  throw new CliError(`failed to mask secret ${name} sops data: a value in data is no base64`);
}

/** Whether a value in `data` stands for what SOPS has encrypted. */
export function isMask(value: unknown): boolean {
  return typeof value === 'string' && Buffer.from(value, 'base64').includes(sopsMask);
}
