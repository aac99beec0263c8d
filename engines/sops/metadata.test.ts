import { describe, expect, test } from 'vitest';
import { decrypt, type MasterKey, SopsFailed, type SopsFormat } from './index.ts';
import { dataKey, mac, metadata, openAll, seal } from './testdata/seal.ts';

const secret = { a: seal('str', 'x', 'a:') };
const time = { enc: 'e', created_at: '2026-01-31T12:00:00Z' };

async function opened(sops: object): Promise<{ text: string; asked: MasterKey[] }> {
  const service = openAll();
  const plain = await decrypt(Buffer.from(JSON.stringify({ ...secret, sops })), {
    format: 'json',
    keys: [service],
  });
  return { text: Buffer.from(plain).toString(), asked: service.asked };
}

const only = (list: string, entry: object) => ({ ...metadata(mac('x')), age: null, [list]: [entry] });

describe('keys', () => {
  test.each<[list: string, entry: object, key: object]>([
    ['age', { recipient: 'age1x', enc: 'e' }, { kind: 'age', recipient: 'age1x' }],
    ['pgp', { fp: 'ABC', ...time }, { kind: 'pgp', fingerprint: 'ABC', createdAt: time.created_at }],
    [
      'kms',
      { arn: 'arn:aws:kms:x', role: 'r', context: { a: 'b', c: null }, aws_profile: 'p', ...time },
      { kind: 'aws-kms', arn: 'arn:aws:kms:x', role: 'r', context: { a: 'b' }, profile: 'p' },
    ],
    ['gcp_kms', { resource_id: 'projects/p', ...time }, { kind: 'gcp-kms', resourceId: 'projects/p' }],
    [
      'azure_kv',
      { vault_url: 'https://v', name: 'n', version: '1', ...time },
      { kind: 'azure-key-vault', vaultUrl: 'https://v', name: 'n', version: '1' },
    ],
    [
      'hc_vault',
      { vault_address: 'https://v', engine_path: 'transit', key_name: 'k', ...time },
      { kind: 'vault-transit', address: 'https://v', enginePath: 'transit', keyName: 'k' },
    ],
    ['hckms', { key_id: 'region:id', ...time }, { kind: 'huawei-kms', keyId: 'region:id' }],
  ])('of %s', async (list, entry, key) => {
    const { asked } = await opened(only(list, entry));
    expect(asked).toEqual([expect.objectContaining({ ...key, enc: 'e' })]);
  });

  test('of age and OpenPGP are tried before those that need a network', async () => {
    const service = { ...openAll(), dataKey: () => Promise.reject(new Error('asked')), opens: () => false };
    const kms = [{ arn: 'arn', ...time }];
    const sops = { ...metadata(mac('x'), { kms, pgp: [{ fp: 'F', ...time }] }) };
    const text = Buffer.from(JSON.stringify({ ...secret, sops }));
    const error = await decrypt(text, { format: 'json', keys: [service] }).catch((one: Error) => one);
    const names = (error as Error).message.match(/^ {2}\S+(?=: FAILED)/gm);
    expect(names).toEqual(['  age1test', '  F', '  arn']);
  });
});

describe('fields are read as weakly as SOPS reads them', () => {
  test.each<[name: string, more: object]>([
    ['a single key that is no list', { age: { recipient: 'r', enc: 'e' } }],
    ['names in capitals', { MAC: mac('x'), mac: undefined }],
    ['empty lists and nulls', { kms: [], pgp: null, key_groups: [] }],
    ['a threshold that is a text', { shamir_threshold: '1' }],
    ['a flag that is a text', { mac_only_encrypted: 'false' }],
    ['a flag that is a number', { mac_only_encrypted: 0 }],
    ['empty rules', { encrypted_regex: '', unencrypted_suffix: '' }],
    ['fields that nobody knows', { later: { a: 1 } }],
    ['a version of two numbers', { version: '1.13' }],
  ])('%s', async (_, more) => {
    expect((await opened({ ...metadata(mac('x')), ...more })).text).toContain('"x"');
  });
});

describe('what is malformed is refused by its name', () => {
  test.each<[field: string, more: object]>([
    ['No keys found', { age: [] }],
    ['sops.age must be a list', { age: 'x' }],
    ['sops.age[1] must be a map', { age: [{ enc: 'e' }, 'x'] }],
    ['sops.age[0].recipient must be a text', { age: [{ recipient: {}, enc: 'e' }] }],
    ['sops.age[0].enc is longer', { age: [{ recipient: 'r', enc: 'x'.repeat(70_000) }] }],
    ['sops.pgp[0].created_at must be a time', { pgp: [{ fp: 'F', enc: 'e' }] }],
    ['sops.kms[0].context must be a map', { kms: [{ arn: 'a', context: [], ...time }] }],
    ['sops.lastmodified must be a time', { lastmodified: 'yesterday' }],
    ['sops.lastmodified must be a time', { lastmodified: '2026-13-01T00:00:00Z' }],
    ['sops.mac must be a text', { mac: [] }],
    ['sops.version must be', { version: '' }],
    ['sops.version must be', { version: '3.x' }],
    ['sops.shamir_threshold must be a whole number', { shamir_threshold: 'two' }],
    ['sops.shamir_threshold must be from 0', { shamir_threshold: -1 }],
    ['sops.mac_only_encrypted must be true or false', { mac_only_encrypted: 'yes' }],
    [
      'Cannot use more than one of unencrypted_suffix, encrypted_regex',
      { unencrypted_suffix: 'a', encrypted_regex: 'b' },
    ],
    ['sops.encrypted_regex is no regular expression', { encrypted_regex: '(' }],
    ['sops.encrypted_regex has more than', { encrypted_regex: 'a'.repeat(20_000) }],
    [
      'sops names 300 keys; 200 are allowed',
      { age: Array.from({ length: 300 }, () => ({ recipient: 'r', enc: 'e' })) },
    ],
    [
      'sops.key_groups has 256 groups',
      { age: [], key_groups: Array.from({ length: 256 }, () => ({ age: [{ enc: 'e' }] })) },
    ],
  ])('%s', async (words, more) => {
    const error = await opened({ ...metadata(mac('x')), ...more }).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(SopsFailed);
    expect((error as SopsFailed).message).toContain(words);
  });

  test.each<[format: SopsFormat, text: string, words: string]>([
    ['dotenv', 'A=\nsops_age__list_1__map_enc=x', 'lacks its entry __list_0'],
    ['dotenv', 'sops_age=x\nsops_age__list_0__map_enc=x', 'contradict each other'],
    ['dotenv', 'sops_mac=x\nsops_mac=y', 'twice'],
    ['dotenv', 'secret', 'line 1: invalid dotenv input line'],
    ['ini', '[sops]\nmac', 'line 2: key-value delimiter not found'],
    ['ini', '[a', 'line 1: unclosed section'],
    ['yaml', '- a', 'sequences are not supported'],
    ['yaml', 'a', 'values are not supported'],
    ['yaml', 'a: b\na: c\n', 'line 2: the key "a" is given twice'],
    ['yaml', 'a: `secret\n', 'line 1: a value starts with a character that must be quoted'],
  ])('%s: %j', async (format, text, words) => {
    const work = decrypt(Buffer.from(text), { format, keys: [openAll(dataKey)] });
    await expect(work).rejects.toThrow(words);
  });
});
