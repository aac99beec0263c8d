import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { encryptedFormat, formatOf, isEncrypted, isEncryptedObject, type SopsFormat } from './index.ts';

test.each<[string, SopsFormat]>([
  ['a.yaml', 'yaml'],
  ['a.enc.yml', 'yaml'],
  ['dir.yaml/a.json', 'json'],
  ['.dockerconfigjson', 'json'],
  ['b/registry.dockerconfigjson', 'json'],
  ['.env', 'dotenv'],
  ['a.env', 'dotenv'],
  ['a.ini', 'ini'],
  ['a.YAML', 'binary'],
  ['env', 'binary'],
  ['', 'binary'],
])('%j is %s', (path, format) => {
  expect(formatOf(path)).toBe(format);
});

test.each<[text: string, format: SopsFormat | undefined]>([
  ['a: ENC[x]\nsops:\n    mac: ENC[AES256_GCM', 'yaml'],
  ['{"sops": {"mac": "ENC[AES256_GCM', 'json'],
  ['A=1\nsops_mac=ENC[AES256_GCM', 'dotenv'],
  ['[sops]\nmac = ENC[AES256_GCM', 'ini'],
  ['{"sops":{"mac":"ENC[', undefined],
  ['mac: x', undefined],
  ['', undefined],
])('a value of a Secret is told by what stands in it: %j', (text, format) => {
  const data = Buffer.from(text);
  expect(encryptedFormat(data)).toBe(format);
  if (format !== undefined) expect(isEncrypted(data, format)).toBe(true);
});

describe('an object is encrypted where it has sops.mac', () => {
  test.each<[JsonObject, boolean]>([
    [{ sops: { mac: 'ENC[x]' } }, true],
    [{ sops: { mac: '' } }, false],
    [{ sops: { mac: null } }, false],
    [{ sops: {} }, false],
    [{ sops: null }, false],
    [{ sops: 'x' }, false],
    [{ spec: { sops: { mac: 'ENC[x]' } } }, false],
    [{}, false],
  ])('%j: %s', (object, encrypted) => {
    expect(isEncryptedObject(object)).toBe(encrypted);
  });
});
