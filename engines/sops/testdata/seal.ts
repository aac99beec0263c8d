import { createCipheriv, createHash } from 'node:crypto';
import type { KeyService, MasterKey } from '../index.ts';

/** Encrypts as SOPS does, for texts that the real program would not write. */
export const dataKey = Buffer.alloc(32, 7);
export const lastModified = '2026-01-31T12:00:00Z';

export function seal(type: string, plain: string | Buffer, context: string, key = dataKey): string {
  const nonce = createHash('sha256').update(context).update(plain).digest();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const data = Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
  const tag = cipher.getAuthTag().toString('base64');
  return `ENC[AES256_GCM,data:${data},iv:${nonce.toString('base64')},tag:${tag},type:${type}]`;
}

/** What comes before the values where the MAC is of the encrypted ones only. */
export const onlyEncrypted = createHash('sha256').update('sops').digest();

/** The MAC of values whose bytes follow each other. */
export function mac(...values: (string | Buffer)[]): string {
  const hash = createHash('sha512');
  for (const value of values) hash.update(value);
  return seal('str', hash.digest('hex').toUpperCase(), lastModified);
}

export const ageKey = { recipient: 'age1test', enc: 'sealed' };

export function metadata(macOf: string, more: object = {}): Record<string, unknown> {
  return { age: [ageKey], lastmodified: lastModified, mac: macOf, version: '3.13.3', ...more };
}

/** Opens everything with the data key, and keeps what it was asked for. */
export function openAll(key: Uint8Array = dataKey): KeyService & { asked: MasterKey[] } {
  const asked: MasterKey[] = [];
  return {
    asked,
    name: 'test',
    opens: () => true,
    async dataKey(one) {
      asked.push(one);
      return key;
    },
  };
}
