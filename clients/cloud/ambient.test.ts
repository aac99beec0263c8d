import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Cloud, cloud } from './cloud.ts';
import { type StandIn, standIn } from './testing/stand-in.ts';

/** What a Pod finds where it runs: variables, files, and a server that knows its identity. */
let servers: StandIn;
let clouds: Cloud;
let folder: string;
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-pod-'));
  servers = await standIn();
  clouds = cloud({ http: servers.http });
  for (const name of ['HOME', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
    vi.stubEnv(name, join(folder, 'none'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const bearer = (access_token: string) => ({ token_type: 'Bearer', expires_in: 3600, access_token });

describe('a Pod at AWS', () => {
  test('has the role that EKS gives to its ServiceAccount', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/pod');
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file('token', 'token-of-the-pod'));
    servers.on(
      'POST sts.eu-west-1.amazonaws.com/',
      `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAPOD</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${inAnHour()}</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    );
    expect(await clouds.awsCredentials('controller', {})).toMatchObject({ accessKeyId: 'ASIAPOD' });
    expect(servers.asked[0]!.form.get('WebIdentityToken')).toBe('token-of-the-pod');
  });

  test('has the role that Pod Identity gives it', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${servers.port}/v1/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', file('token', 'token-of-the-pod'));
    servers.on(`GET 127.0.0.1:${servers.port}/v1/credentials`, ({ headers }) =>
      headers.authorization === 'token-of-the-pod'
        ? { AccessKeyId: 'ASIAPOD', SecretAccessKey: 's', Token: 't', Expiration: inAnHour() }
        : 403,
    );
    expect(await clouds.awsCredentials('controller', {})).toMatchObject({ accessKeyId: 'ASIAPOD' });
  });

  test('has the role of its node, without a region of its own', async () => {
    vi.stubEnv('AWS_REGION', '');
    const metadata = `127.0.0.1:${servers.port}`;
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', `http://${metadata}`);
    servers.on(`PUT ${metadata}/latest/api/token`, 'imds');
    servers.on(`GET ${metadata}/latest/meta-data/iam/security-credentials/`, 'node');
    servers.on(`GET ${metadata}/latest/meta-data/iam/security-credentials/node`, {
      Code: 'Success',
      AccessKeyId: 'ASIANODE',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: inAnHour(),
    });
    const credentials = await clouds.awsCredentials('controller', { region: 'eu-west-1' });
    expect(credentials).toMatchObject({ accessKeyId: 'ASIANODE', sessionToken: 't' });
  });
});

describe('a Pod at Azure', () => {
  test('has the application that the webhook gives to its ServiceAccount', async () => {
    vi.stubEnv('AZURE_TENANT_ID', 'fleet');
    vi.stubEnv('AZURE_CLIENT_ID', 'pod');
    vi.stubEnv('AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com/');
    vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', file('token', 'token-of-the-pod'));
    servers.on('POST login.microsoftonline.com/fleet/oauth2/v2.0/token', bearer('of-azure'));
    expect((await clouds.azureToken('controller', 'scope/.default')).token).toBe('of-azure');
    expect(servers.asked[0]!.form.get('client_assertion')).toBe('token-of-the-pod');
  });

  test('has the managed identity of its node', async () => {
    vi.stubEnv('AZURE_CLIENT_ID', 'kubelet');
    const metadata = 'GET 169.254.169.254/metadata/identity/oauth2/token';
    servers.on(metadata, ({ headers, query }) =>
      headers.metadata === 'true'
        ? {
            ...bearer(`for ${query.get('client_id')} and ${query.get('resource')}`),
            expires_on: String(Math.floor(Date.now() / 1000) + 3600),
            resource: query.get('resource'),
          }
        : 400,
    );
    expect((await clouds.azureToken('controller', 'https://vault.azure.net/.default')).token).toBe(
      'for kubelet and https://vault.azure.net',
    );
  });
});

describe('a Pod at Google', () => {
  test('has the key in the file that a variable names', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = {
      type: 'service_account',
      client_email: 'pod@fleet.iam.gserviceaccount.com',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file('key.json', JSON.stringify(key)));
    servers.on('POST oauth2.googleapis.com/token', bearer('of-google'));
    expect((await clouds.googleToken('controller')).token).toBe('of-google');
  });

  test('has the service account that the metadata server knows', async () => {
    const metadata = `127.0.0.1:${servers.port}`;
    vi.stubEnv('GCE_METADATA_HOST', metadata);
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
    const account = `GET ${metadata}/computeMetadata/v1/instance/service-accounts/default`;
    servers.on(`${account}/token`, {
      status: 200,
      headers: { 'metadata-flavor': 'Google', 'content-type': 'application/json' },
      body: bearer('of-the-node'),
    });
    expect((await clouds.googleToken('controller')).token).toBe('of-the-node');
  });
});
