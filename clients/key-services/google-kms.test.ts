import { generateKeyPairSync } from 'node:crypto';
import { cloud } from '@millrace/cloud';
import type { MasterKey } from '@millrace/sops';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type StandIn, standIn } from '../cloud/testing/stand-in.ts';
import { googleKms } from './google-kms.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const account = {
  type: 'service_account' as const,
  email: 'sops@fleet.iam.gserviceaccount.com',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const resourceId = 'projects/fleet/locations/global/keyRings/ring/cryptoKeys/key';
const dataKey = Buffer.alloc(32, 7);
const key: MasterKey = { kind: 'gcp-kms', resourceId, enc: btoa('encrypted'), createdAt: '' };

let servers: StandIn;
beforeEach(async () => {
  servers = await standIn();
  servers.on('POST oauth2.googleapis.com/token', {
    token_type: 'Bearer',
    expires_in: 3600,
    access_token: 'of-google',
  });
  servers.on(`POST cloudkms.googleapis.com/v1/${resourceId}:decrypt`, ({ headers, body }) =>
    headers.authorization === 'Bearer of-google' && JSON.parse(body).ciphertext === btoa('encrypted')
      ? { plaintext: dataKey.toString('base64'), plaintextCrc32c: '1' }
      : { status: 400, body: { error: { status: 'INVALID_ARGUMENT', message: 'no' } } },
  );
});
afterEach(() => vi.unstubAllEnvs());
const service = () => googleKms(cloud({ http: servers.http }), account);

describe('a key of Google', () => {
  test('is opened by the key of a service account', async () => {
    expect(await service().dataKey(key)).toEqual(dataKey);
    const assertion = servers.asked[0]!.form.get('assertion')!;
    expect(JSON.parse(Buffer.from(assertion.split('.')[1]!, 'base64url').toString())).toMatchObject({
      iss: 'sops@fleet.iam.gserviceaccount.com',
      aud: 'https://oauth2.googleapis.com/token',
    });
  });

  test('is asked for where the environment says', async () => {
    vi.stubEnv('SOPS_GCP_KMS_ENDPOINT', 'kms.fleet.example:443');
    servers.on(`POST kms.fleet.example/v1/${resourceId}:decrypt`, { plaintext: dataKey.toString('base64') });
    expect(await service().dataKey(key)).toEqual(dataKey);
  });

  test.each([
    'projects/fleet/locations/global/keyRings/ring',
    `${resourceId}/cryptoKeyVersions/1`,
    'projects/fleet/locations/global/keyRings/../cryptoKeys/key',
    `https://evil.example/${resourceId}`,
    '',
  ])('has another name than %j', async resourceId => {
    await expect(service().dataKey({ ...key, resourceId })).rejects.toThrow(
      /no valid resource ID|no path of names/,
    );
    expect(servers.asked).toEqual([]);
  });

  test('that is refused says so as Google does', async () => {
    servers.on(`POST cloudkms.googleapis.com/v1/${resourceId}:decrypt`, {
      status: 403,
      body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'not with of-google' } },
    });
    await expect(service().dataKey(key)).rejects.toThrow(
      'failed to decrypt sops data key with GCP KMS: it is not opened: cloudkms.googleapis.com answers 403 (not with ***)',
    );
  });

  test.each([{}, { plaintext: '' }, { plaintext: 7 }, { plaintext: '%%' }])('is not %j', async answer => {
    servers.on(`POST cloudkms.googleapis.com/v1/${resourceId}:decrypt`, answer);
    await expect(service().dataKey(key)).rejects.toThrow('failed to decrypt sops data key with GCP KMS');
  });
});
