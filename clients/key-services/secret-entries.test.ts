import { describe, expect, test } from 'vitest';
import { cloudKeysIn } from './secret-entries.ts';

const entry = (name: string, text: string) => ({ [name]: Buffer.from(text) });

describe('sops.aws-kms', () => {
  test.each([
    ['aws_access_key_id: a\naws_secret_access_key: b\n', { accessKeyId: 'a', secretAccessKey: 'b' }],
    [
      '{"aws_access_key_id": "a", "aws_secret_access_key": "b", "aws_session_token": "c"}',
      { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
    ],
    ['aws_access_key_id: a\nother: 1\n', { accessKeyId: 'a', secretAccessKey: '' }],
    ['', { accessKeyId: '', secretAccessKey: '' }],
  ])('%j is an access key', (text, keys) => {
    expect(cloudKeysIn(entry('sops.aws-kms', text))).toEqual({ aws: keys });
  });
});

describe('sops.azure-kv', () => {
  const application = { tenantId: 't', clientId: 'c', clientSecret: 's' };
  test.each([
    ['tenantId: t\nclientId: c\nclientSecret: s', application],
    [
      'tenantId: t\nclientId: c\nclientSecret: s\nauthorityHost: https://login.microsoftonline.us',
      { ...application, authorityHost: 'https://login.microsoftonline.us' },
    ],
    ['tenantId: t\nclientId: c\nclientSecret: s\nclientCertificate: x', application],
    [
      'tenantId: t\nclientId: c\nclientCertificate: x\nclientCertificateSendChain: true',
      { tenantId: 't', clientId: 'c', clientCertificate: 'x', clientCertificateSendChain: true },
    ],
    ['{"appId": "c", "displayName": "d", "name": "n", "password": "s", "tenant": "t"}', application],
    ['clientId: c', { clientId: 'c' }],
    ['clientId: c\nappId: a\npassword: p\ntenant: t', { tenantId: 't', clientId: 'a', clientSecret: 'p' }],
  ])('%j is a login', (text, login) => {
    expect(cloudKeysIn(entry('sops.azure-kv', text)).azure).toEqual(login);
  });

  test.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffclientId: c')],
    ['UTF-16LE', Buffer.from('\ufeffclientId: c', 'utf16le')],
    ['UTF-16BE', Buffer.from('\ufeffclientId: c', 'utf16le').swap16()],
  ])('may be written in %s', (_, bytes) => {
    expect(cloudKeysIn({ 'sops.azure-kv': bytes }).azure).toEqual({ clientId: 'c' });
  });

  test.each(['', 'tenantId: t', 'tenantId: t\nclientSecret: s'])('%j is none', text => {
    expect(() => cloudKeysIn(entry('sops.azure-kv', text))).toThrow('sops.azure-kv needs clientId');
  });
});

describe('sops.gcp-kms', () => {
  test('is the key of a service account', () => {
    const text =
      '\n{"type": "service_account", "client_email": "e", "private_key": "k", "private_key_id": "i"}\n';
    expect(cloudKeysIn(entry('sops.gcp-kms', text)).google).toEqual({
      type: 'service_account',
      email: 'e',
      privateKey: 'k',
      privateKeyId: 'i',
    });
  });

  test('is the refresh token of a user', () => {
    const text = '{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}';
    expect(cloudKeysIn(entry('sops.gcp-kms', text)).google).toEqual({
      type: 'authorized_user',
      clientId: 'c',
      clientSecret: 's',
      refreshToken: 'r',
    });
  });

  test.each([
    [
      {
        type: 'external_account',
        credential_source: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
      },
      'type is "external_account"',
    ],
    [
      { type: 'external_account', credential_source: { executable: { command: 'id' } } },
      'type is "external_account"',
    ],
    [{ type: 'impersonated_service_account' }, 'it must be service_account or authorized_user'],
    [{}, 'type is ""'],
    [{ type: 'service_account', private_key: 'k' }, 'sops.gcp-kms has no client_email'],
  ])('%j is refused', (key, message) => {
    expect(() => cloudKeysIn(entry('sops.gcp-kms', JSON.stringify(key)))).toThrow(message);
  });
});

describe('sops.vault-token', () => {
  test('is trimmed', () => {
    expect(cloudKeysIn(entry('sops.vault-token', ' hvs.x\n\n'))).toEqual({ vaultToken: 'hvs.x' });
  });

  test.each(['', '\n', 'two words', 'a\nb', 'a\r\nx-vault-namespace: b'])('is not %j', text => {
    expect(() => cloudKeysIn(entry('sops.vault-token', text))).toThrow('sops.vault-token must be a token');
  });
});

describe('a Secret', () => {
  test('without such entries holds no keys', () => {
    expect(cloudKeysIn({ 'identity.agekey': Buffer.from('x'), 'other.aws-kms': Buffer.from('[') })).toEqual(
      {},
    );
  });

  test.each(['sops.aws-kms', 'sops.azure-kv', 'sops.gcp-kms'])(
    'is not told of where its %s is wrong',
    name => {
      for (const text of [
        'hunter2',
        '[hunter2]',
        '"hunter2',
        'a: hunter2: hunter2',
        'clientId: {hunter2: 1}\ntype: [hunter2]\naws_access_key_id: {hunter2: 2}',
      ]) {
        const read = () => cloudKeysIn(entry(name, text));
        expect(read).toThrow(name);
        expect(read).not.toThrow('hunter2');
      }
    },
  );

  test('whose key is a number is told to quote it', () => {
    expect(() => cloudKeysIn(entry('sops.aws-kms', 'aws_access_key_id: 123'))).toThrow(
      'sops.aws-kms: aws_access_key_id must be a text; write it in quotes',
    );
  });
});
