import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { decryptObject, SopsFailed } from './index.ts';
import { mac, metadata, onlyEncrypted, openAll, seal } from './testdata/seal.ts';

const keys = [openAll()];
const secret = (more: object = {}): JsonObject =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { b: seal('str', 'Yg==', 'data:b:'), a: seal('str', 'YQ==', 'data:a:') },
    sops: metadata(mac(onlyEncrypted, 'Yg==', 'YQ=='), {
      encrypted_regex: '^(data|stringData)$',
      mac_only_encrypted: true,
    }),
    ...more,
  }) as JsonObject;

describe('an encrypted object', () => {
  test('is as it was, without sops, in its order', async () => {
    const plain = await decryptObject(secret(), { keys });
    expect(JSON.stringify(plain)).toBe(
      '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"b":"Yg==","a":"YQ=="}}',
    );
  });

  test('is not changed itself', async () => {
    const object = secret();
    await decryptObject(object, { keys });
    expect(object).toEqual(secret());
  });

  test('may have labels that came later, where only encrypted values are in the MAC', async () => {
    const object = secret({ metadata: { name: 's', labels: { a: 'b' } } });
    await expect(decryptObject(object, { keys })).resolves.toMatchObject({
      metadata: { labels: { a: 'b' } },
    });
  });

  test('that was changed is refused, unless its MAC is passed over', async () => {
    const sops = metadata(mac('x'), { encrypted_regex: '^data$' });
    await expect(decryptObject(secret({ sops }), { keys, source: 'Secret/s' })).rejects.toThrow(
      'Secret/s: failed to verify sops data integrity',
    );
    await expect(decryptObject(secret({ sops }), { keys, ignoreMac: true })).resolves.toBeDefined();
  });

  test('of any kind, with numbers, booleans and nulls', async () => {
    const object = {
      spec: {
        int: seal('int', '3', 'spec:int:'),
        float: seal('float', '0.5', 'spec:float:'),
        list: [seal('bool', 'False', 'spec:list:'), null],
        plain_unencrypted: { n: 1, f: 1.5, t: true },
      },
      sops: metadata(mac('3', '0.5', 'False', '1', '1.5', 'True')),
    } as unknown as JsonObject;
    expect(await decryptObject(object, { keys })).toEqual({
      spec: { int: 3, float: 0.5, list: [false, null], plain_unencrypted: { n: 1, f: 1.5, t: true } },
    });
  });

  test('without sops is refused', async () => {
    await expect(decryptObject({ kind: 'Secret' }, { keys })).rejects.toThrow(SopsFailed);
  });

  test('that is nested too deep is refused', async () => {
    let value: JsonObject = {};
    for (let i = 0; i < 300; i++) value = { a: value };
    await expect(decryptObject({ ...secret(), spec: value }, { keys })).rejects.toThrow(
      'nested more than 200 levels',
    );
  });
});
