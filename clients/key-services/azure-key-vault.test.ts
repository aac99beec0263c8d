import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cloud } from '@millrace/cloud';
import type { MasterKey } from '@millrace/sops';
import { beforeEach, describe, expect, test } from 'vitest';
import { type StandIn, standIn } from '../cloud/testing/stand-in.ts';
import { azureKeyVault } from './azure-key-vault.ts';

const vaultKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
const dataKey = Buffer.alloc(32, 9);
const enc = publicEncrypt({ key: vaultKey.publicKey, ...oaep }, dataKey).toString('base64url');
const key: MasterKey = {
  kind: 'azure-key-vault',
  vaultUrl: 'https://fleet.vault.azure.net',
  name: 'sops',
  version: '1f2e',
  enc,
  createdAt: '',
};
const login = { tenantId: 'fleet', clientId: 'c', clientSecret: 's3cr3t-of-azure' };
const challenge = (resource: string) => ({
  status: 401,
  headers: {
    'www-authenticate': `Bearer authorization="https://login.microsoftonline.com/fleet", resource="${resource}"`,
  },
});

let servers: StandIn;
/** A vault as its protocol is documented: it asks for a token, and opens what its key has closed. */
function vault(host: string, resource: string, path = '/keys/sops/1f2e/decrypt') {
  servers.on(`GET ${host}/keys`, challenge(resource));
  servers.on(`POST ${host}${path}`, ({ headers, body }) => {
    if (headers.authorization !== `Bearer for ${new URL(resource).origin}/.default`) return 401;
    const { alg, value } = JSON.parse(body);
    if (alg !== 'RSA-OAEP-256')
      return { status: 400, body: { error: { code: 'BadParameter', message: alg } } };
    const opened = privateDecrypt({ key: vaultKey.privateKey, ...oaep }, Buffer.from(value, 'base64url'));
    return { kid: `https://${host}/keys/sops/1f2e`, value: opened.toString('base64url') };
  });
}

beforeEach(async () => {
  servers = await standIn();
  servers.on('POST login.microsoftonline.com/fleet/oauth2/v2.0/token', ({ form }) => ({
    token_type: 'Bearer',
    expires_in: 3600,
    access_token: `for ${form.get('scope')}`,
  }));
});
const service = (who: Parameters<typeof azureKeyVault>[1] = login) =>
  azureKeyVault(cloud({ http: servers.http }), who);

describe('a key of Azure', () => {
  test('is opened with a token for what the vault says', async () => {
    vault('fleet.vault.azure.net', 'https://vault.azure.net');
    expect(await service().dataKey(key)).toEqual(dataKey);
    expect(servers.asked.at(-1)!.query.get('api-version')).toBe('7.4');
  });

  test('is opened in another cloud', async () => {
    vault('fleet.vault.azure.cn', 'https://vault.azure.cn');
    expect(await service().dataKey({ ...key, vaultUrl: 'https://fleet.vault.azure.cn/' })).toEqual(dataKey);
  });

  test('is opened in its latest version if the file names none', async () => {
    vault('fleet.vault.azure.net', 'https://vault.azure.net', '/keys/sops/decrypt');
    expect(await service().dataKey({ ...key, version: '' })).toEqual(dataKey);
  });

  test('of one vault is asked for what a token must be once', async () => {
    vault('fleet.vault.azure.net', 'https://vault.azure.net');
    const one = service();
    await one.dataKey(key);
    await one.dataKey(key);
    expect(servers.routes().filter(route => route.startsWith('GET '))).toHaveLength(1);
  });

  test.each([
    ['https://evil.example', 'https://vault.azure.net'],
    ['https://vault.azure.net.evil.example', 'https://vault.azure.net'],
    ['https://evilvault.azure.net', 'https://vault.azure.net'],
    ['https://fleet.vault.azure.net', 'https://management.azure.com'],
    ['https://fleet.vault.azure.net', 'http://vault.azure.net'],
  ])('at %s, which asks for a token for %s, gets none', async (vaultUrl, resource) => {
    vault(new URL(vaultUrl).host, resource);
    await expect(service().dataKey({ ...key, vaultUrl })).rejects.toThrow('is no vault');
    expect(servers.routes()).toEqual([`GET ${new URL(vaultUrl).host}/keys`]);
  });

  test.each([
    'http://fleet.vault.azure.net',
    'fleet.vault.azure.net',
    'file:///etc/passwd',
    'https://a:b@fleet.vault.azure.net',
    '',
  ])('is not at %j', async vaultUrl => {
    await expect(service().dataKey({ ...key, vaultUrl })).rejects.toThrow('is no URL of a vault');
    expect(servers.asked).toEqual([]);
  });

  test.each(['..', 'a/../b'])('is not called %j', async name => {
    vault('fleet.vault.azure.net', 'https://vault.azure.net');
    await expect(service().dataKey({ ...key, name })).rejects.toThrow();
    expect(servers.routes().filter(route => route.includes('/keys/sops'))).toEqual([]);
  });

  test('that is refused says so as Azure does, without the token', async () => {
    servers.on('GET fleet.vault.azure.net/keys', challenge('https://vault.azure.net'));
    servers.on('POST fleet.vault.azure.net/keys/sops/1f2e/decrypt', ({ headers }) => ({
      status: 403,
      body: { error: { code: 'Forbidden', message: `no decrypt permission for ${headers.authorization}` } },
    }));
    await expect(service().dataKey(key)).rejects.toThrow(
      'fleet.vault.azure.net answers 403 (Forbidden: no decrypt permission for Bearer ***)',
    );
  });

  test('is opened by a certificate', async () => {
    // The login of an application with a certificate is a signed assertion: the SDK reads key and certificate.
    vault('fleet.vault.azure.net', 'https://vault.azure.net');
    const clientCertificate = readFileSync(new URL('golden/certificate.pem', import.meta.url), 'utf8');
    const one = service({ tenantId: 'fleet', clientId: 'c', clientCertificate });
    expect(await one.dataKey(key)).toEqual(dataKey);
    expect(
      servers.asked.find(({ form }) => form.has('client_assertion'))?.form.get('client_assertion_type'),
    ).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  });
});
