import { describe, expect, test } from 'vitest';
import { decrypt, KeyFailed, type KeyService, SopsFailed, type SopsFormat } from './index.ts';
import { dataKey, mac, metadata, openAll, seal } from './testdata/seal.ts';

const bytes = (text: string) => Buffer.from(text);
const json = (value: object) => bytes(JSON.stringify(value));
const open = (
  text: Uint8Array,
  more: { format?: SopsFormat; keys?: KeyService[]; ignoreMac?: boolean } = {},
) => decrypt(text, { format: 'json', keys: [openAll()], source: 'a.json', ...more });

async function failure(work: Promise<unknown>): Promise<SopsFailed> {
  const error = await work.catch(one => one);
  expect(error).toBeInstanceOf(SopsFailed);
  return error as SopsFailed;
}

const secret = 'hunter2';
const file = (more: object = {}) => ({
  a: { b: seal('str', secret, 'a:b:') },
  sops: metadata(mac(secret)),
  ...more,
});

describe('what is decrypted', () => {
  test('values have the types that they had', async () => {
    const values = {
      i: seal('int', '-12345678901234567', 'i:'),
      f: seal('float', '0.5', 'f:'),
      t: seal('bool', 'True', 't:'),
      n: seal('bool', 'False', 'n:'),
      b: seal('bytes', 'old', 'b:'),
      d: seal('time', '2026-01-31T00:00:00Z', 'd:'),
      e: '',
      z: null,
    };
    const macOf = mac('-12345678901234567', '0.5', 'True', 'False', 'old', '2026-01-31T00:00:00Z');
    const plain = await open(json({ ...values, sops: metadata(macOf) }));
    expect(
      Buffer.from(plain)
        .toString()
        .replaceAll(/[\n\t]/g, ''),
    ).toBe(
      '{"i": -12345678901234567,"f": 0.5,"t": true,"n": false,"b": "old","d": "2026-01-31T00:00:00Z","e": "","z": null}',
    );
  });

  test('keys of 128 bits are keys too', async () => {
    const key = dataKey.subarray(0, 16);
    const { createCipheriv } = await import('node:crypto');
    const nonce = Buffer.alloc(12, 1);
    const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(bytes('a:'));
    const data = Buffer.concat([cipher.update('x'), cipher.final()]).toString('base64');
    const parts = [data, nonce.toString('base64'), cipher.getAuthTag().toString('base64')];
    const a = `ENC[AES256_GCM,data:${parts[0]},iv:${parts[1]},tag:${parts[2]},type:str]`;
    const text = json({ a, sops: metadata('') });
    const plain = await open(text, { keys: [openAll(key)], ignoreMac: true });
    expect(Buffer.from(plain).toString()).toBe('{\n\t"a": "x"\n}\n');
  });

  test('a text that is no UTF-8 comes out of the binary format byte by byte', async () => {
    const raw = Buffer.from([0xff, 0, 0x80]);
    const text = json({ data: seal('str', raw, 'data:'), sops: metadata(mac(raw)) });
    expect(await open(text, { format: 'binary' })).toEqual(raw);
  });

  test('a MAC that does not fit is passed over only where the caller says so', async () => {
    const text = json({ ...file(), added: seal('str', 'x', 'added:') });
    expect((await failure(open(text))).kind).toBe('mac');
    await expect(open(text, { ignoreMac: true })).resolves.toBeDefined();
  });
});

describe('what is refused', () => {
  test.each<[name: string, text: Uint8Array, kind: string, words: string]>([
    ['no JSON', bytes('{"a": '), 'format', 'failed to load encrypted JSON data: line 1'],
    ['a list', bytes('[]'), 'format', 'top-level object'],
    ['no UTF-8', Buffer.from([0x7b, 0xff]), 'format', 'not UTF-8'],
    ['no metadata', json({ a: 1 }), 'metadata', 'sops metadata not found'],
    ['metadata that is no map', json({ sops: [] }), 'metadata', 'not a mapping'],
    ['metadata given twice', bytes('{"sops": {}, "sops": {}}'), 'metadata', 'duplicate sops'],
    ['a value that is not encrypted', json(file({ c: 'x' })), 'value', 'the value at c: '],
    ['a number that is not encrypted', json(file({ c: [{ d: 1 }] })), 'value', 'the value at c[0].d: '],
    [
      'a value from another place',
      json(file({ c: seal('str', secret, 'a:b:') })),
      'value',
      'the value at c: ',
    ],
    [
      'a value of another key',
      json(file({ c: seal('str', 'x', 'c:', Buffer.alloc(32)) })),
      'value',
      'at c: ',
    ],
    ['a number that is none', json(file({ c: seal('int', 'x1', 'c:') })), 'value', 'not of its type (int)'],
    [
      'a number beyond 64 bits',
      json(file({ c: seal('int', '9223372036854775808', 'c:') })),
      'value',
      '(int)',
    ],
    ['a type of a later version', json(file({ c: seal('date', 'x', 'c:') })), 'value', 'type is unknown'],
    ['a comment as a value', json(file({ c: seal('comment', 'x', 'c:') })), 'value', 'it is a comment'],
    ['another MAC', json(file({ sops: metadata(mac('other')) })), 'mac', 'MAC mismatch'],
    ['no MAC', json(file({ sops: metadata('') })), 'mac', 'has no MAC'],
    [
      'a MAC of another time',
      json(file({ sops: metadata(mac(secret), { lastmodified: '2026-01-31T12:00:01Z' }) })),
      'mac',
      'sops.lastmodified',
    ],
  ])('%s', async (_, text, kind, words) => {
    const error = await failure(open(text));
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/^a\.json: /);
    expect(error.message).not.toContain(secret);
    expect(error.message).not.toContain('ENC[AES');
  });

  test('a data key of a wrong length', async () => {
    const error = await failure(open(json(file()), { keys: [openAll(Buffer.alloc(31))] }));
    expect(error).toMatchObject({ kind: 'key', message: expect.stringContaining('has 31 bytes') });
  });

  test('a map in a format that has none', async () => {
    const text = json(file());
    const error = await failure(decrypt(text, { format: 'json', output: 'dotenv', keys: [openAll()] }));
    expect(error.kind).toBe('output');
    expect(error.message).toBe(
      'failed to emit encrypted JSON file as decrypted dotenv: cannot use complex value in dotenv file: "a" is a map or a list',
    );
  });
});

describe('where no key opens a file', () => {
  const locked = (name: string, kind: string): KeyService => ({
    name,
    opens: key => key.kind === kind,
    dataKey: async () => {
      throw new KeyFailed('no identity matched');
    },
  });
  const pgp = { fp: '0123456789ABCDEF', enc: 'x', created_at: '2026-01-31T12:00:00Z' };

  test('the message names the keys of the file and what was tried', async () => {
    const text = json(file({ sops: metadata(mac(secret), { pgp: [pgp] }) }));
    const error = await failure(open(text, { keys: [locked('age (2 identities)', 'age')] }));
    expect(error.kind).toBe('key');
    expect(error.message.split('\n')).toEqual([
      'a.json: cannot get sops data key: Failed to get the data key required to decrypt the SOPS file.',
      '',
      'Group 0: FAILED',
      '  age1test: FAILED',
      '    - | age (2 identities): no identity matched',
      '  0123456789ABCDEF: FAILED',
      '    - | no key of this kind was given',
      '',
      'None of the keys of the file could be opened; one is needed. Keys that were given: age (2 identities).',
    ]);
  });

  test('it says how many groups were opened', async () => {
    const { age: _, ...rest } = metadata(mac(secret));
    const groups = [{ age: [{ recipient: 'a', enc: 'x' }] }, { pgp: [pgp] }, { pgp: [pgp] }];
    const text = json(file({ sops: { ...rest, key_groups: groups, shamir_threshold: 2 } }));
    const opensAge: KeyService = {
      name: 'age',
      opens: key => key.kind === 'age',
      dataKey: async () => dataKey,
    };
    const { message } = await failure(open(text, { keys: [opensAge] }));
    expect(message).toContain('Group 0: SUCCESS');
    expect(message).toContain('Group 2: FAILED');
    expect(message).toContain('The file needs 2 of its groups of keys; 1 could be opened.');
  });

  test('what a service breaks with is not taken for a key that does not fit', async () => {
    const broken: KeyService = { ...openAll(), dataKey: () => Promise.reject(new TypeError('bug')) };
    await expect(open(json(file()), { keys: [broken] })).rejects.toThrow(TypeError);
  });

  test('an abort ends it with its reason', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(decrypt(json(file()), { format: 'json', keys: [openAll()], signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('hostile texts end soon', () => {
  test.each<[name: string, format: SopsFormat, text: () => string]>([
    ['lists in lists', 'json', () => `{"a":${'['.repeat(1_000_000)}`],
    ['maps in maps', 'json', () => '{"a":'.repeat(1_000_000)],
    ['many values', 'json', () => `{"a":[${'1,'.repeat(4_000_000)}1]}`],
    ['a text that is not closed', 'json', () => `{"a":"${'\\'.repeat(5_000_000)}`],
    ['many quotes', 'json', () => `{"a":"${'\\"'.repeat(5_000_000)}`],
    ['flow lists', 'yaml', () => `a: ${'['.repeat(1_000_000)}`],
    ['block lists', 'yaml', () => `a:\n${'- '.repeat(1_000_000)}`],
    [
      'aliases',
      'yaml',
      () =>
        `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`,
    ],
    [
      'anchors in anchors',
      'yaml',
      () => Array.from({ length: 190 }, (_, i) => `${' '.repeat(i)}a: &a${i}\n`).join(''),
    ],
    ['comments', 'yaml', () => `a: 1\n${'# c\n'.repeat(2_000_000)}`],
    [
      'comments on a deep line',
      'yaml',
      () =>
        `${Array.from({ length: 150 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')}${`${' '.repeat(160)}# c\n`.repeat(60_000)}`,
    ],
    ['documents', 'yaml', () => 'a: 1\n---\n'.repeat(100_000)],
    ['documents with comments', 'yaml', () => 'a: 1\n# c\n---\n# d\n'.repeat(100_000)],
    ['flat metadata', 'dotenv', () => `sops_a${'__map_a'.repeat(1_000_000)}=1`],
    ['a place far out in a list', 'dotenv', () => 'sops_age__list_999999999__map_enc=1'],
    ['lines', 'dotenv', () => '\n'.repeat(10_000_000)],
    ['sections', 'ini', () => '[a]\n'.repeat(1_000_000)],
    ['a quoted value that goes on', 'ini', () => `a = """${'x\n'.repeat(400_000)}`],
    ['quotes in quotes', 'ini', () => `a = """\n${'""" \\\n'.repeat(400_000)}`],
    ['backslashes', 'ini', () => `a = \\\n${'b\\\n'.repeat(400_000)}`],
    ['names without a number', 'ini', () => '- = a\n'.repeat(100_000)],
    ['spaces', 'ini', () => `a =${' '.repeat(5_000_000)}b${' '.repeat(5_000_000)}`],
  ])('%s (%s)', async (_, format, text) => {
    expect((await failure(open(bytes(text()), { format }))).kind).not.toBe('key');
  });

  test('a text of too many bytes is not read', async () => {
    const text = Buffer.alloc(17 * 1024 * 1024, ' ');
    expect(await failure(open(text))).toMatchObject({ kind: 'limit' });
  });

  test('values below a long key', async () => {
    const key = 'k'.repeat(20_000);
    const text = json({ [key]: { a: seal('str', 'x', `${key}:a:`) }, sops: metadata('') });
    expect((await failure(open(text))).kind).toBe('limit');
  });
});
