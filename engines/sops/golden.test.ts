import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Recorded } from './golden/record.ts';
import { ageKeys, decrypt, type KeyService, pgpKeys } from './index.ts';

/** What the real sops made, and what it prints of it; each entry names its version. */
const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8')) as T;
const keys = golden<Record<string, string>>('keys');

async function serviceOf(name: string): Promise<KeyService> {
  const { [name]: text = '', passphrase } = keys;
  return name.startsWith('pgp') ? pgpKeys([text], { passphrase }) : ageKeys([text]);
}

async function plainText(file: Recorded): Promise<string> {
  const { format, output } = file;
  const services = await Promise.all(file.keys.map(serviceOf));
  const plain = await decrypt(Buffer.from(file.encrypted), { format, output, keys: services });
  return Buffer.from(plain).toString();
}

describe('a file is decrypted as sops decrypts it', () => {
  test.each(golden<Recorded[]>('files'))('$name', async file => {
    expect(await plainText(file)).toBe(Buffer.from(file.plain, 'base64').toString());
  });
});

describe('a file of an older version is decrypted as sops decrypts it today', () => {
  test.each(golden<Recorded[]>('old'))('$tool: $name', async file => {
    expect(await plainText(file)).toBe(Buffer.from(file.plain, 'base64').toString());
  });
});
