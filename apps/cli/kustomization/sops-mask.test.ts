import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { isMask, withoutEncrypted } from './sops-mask.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = (content: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login' },
  ...content,
});
const sealed = 'ENC[AES256_GCM,data:QUJD,iv:YWJj,tag:ZGVm,type:str]';
const sops = { mac: sealed };

describe('a Secret', () => {
  test('that is encrypted as a whole has a mask for each value, and no trace of SOPS', () => {
    expect(withoutEncrypted(secret({ data: { a: sealed }, stringData: { b: sealed }, sops }))).toEqual(
      secret({ data: { a: base64('**SOPS**') }, stringData: { b: '**SOPS**' } }),
    );
  });

  test('for a registry stays JSON', () => {
    const type = 'kubernetes.io/dockerconfigjson';
    expect(withoutEncrypted(secret({ type, stringData: { '.dockerconfigjson': sealed }, sops }))).toEqual(
      secret({ type, stringData: { '.dockerconfigjson': '{"mask":"**SOPS**"}' } }),
    );
  });

  test('with an encrypted file in it has a mask for that alone', () => {
    const file = base64(`{"a": "${sealed}", "sops": {}}`);
    expect(withoutEncrypted(secret({ data: { file, plain: base64('plain') } }))).toEqual(
      secret({ data: { file: base64('**SOPS**'), plain: base64('plain') } }),
    );
  });

  test.each([['not base64!'], ['abc'], [`x${sealed}`]])(
    'with %j in data is refused, and the value is not quoted',
    value => {
      expect(() => withoutEncrypted(secret({ data: { a: value } }))).toThrow(
        /^failed to mask secret login sops data: a value in data is no base64$/,
      );
    },
  );

  test('that is not encrypted is left as it is', () => {
    const plain = secret({ data: { a: base64('plain') }, stringData: { b: 'text' } });
    expect(withoutEncrypted(plain)).toEqual(plain);
  });
});

test('other objects are left as they are', () => {
  const map = { ...secret({ data: { a: sealed }, sops }), kind: 'ConfigMap' };
  expect(withoutEncrypted(map)).toBe(map);
});

test.each([
  [base64('**SOPS**'), true],
  [base64('{"mask":"**SOPS**"}'), true],
  [base64('plain'), false],
  [7, false],
])('%j is a mask: %j', (value, is) => expect(isMask(value)).toBe(is));
