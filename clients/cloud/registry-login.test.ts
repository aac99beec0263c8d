import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseEcrHost } from './aws/registry-host.ts';
import { cloudOfRegistry } from './azure/registry.ts';
import { type Cloud, cloud } from './cloud.ts';
import { requireGoogleRegistry } from './google/registry.ts';
import { type StandIn, standIn, tokenSaying } from './testing/stand-in.ts';

let servers: StandIn;
let clouds: Cloud;
beforeEach(async () => {
  servers = await standIn();
  clouds = cloud({ http: servers.http });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIACONTROLLER');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-the-controller');
  vi.stubEnv('AZURE_TENANT_ID', 'fleet');
  vi.stubEnv('AZURE_CLIENT_ID', 'c');
  vi.stubEnv('AZURE_CLIENT_SECRET', 's3cr3t-of-the-controller');
});
afterEach(() => vi.unstubAllEnvs());

describe('a login', () => {
  test('at ECR is that of the region that the host names', async () => {
    servers.on('POST api.ecr.eu-west-1.amazonaws.com/', {
      authorizationData: [{ authorizationToken: btoa('AWS:pass-of-ecr'), expiresAt: 4_000_000_000 }],
    });
    const repository = 'oci://012345678901.dkr.ecr.eu-west-1.amazonaws.com/fleet/app';
    const login = { username: 'AWS', password: 'pass-of-ecr', expires: new Date(4_000_000_000_000) };
    expect(await clouds.registryLogin('aws', repository, 'controller')).toEqual(login);
    expect(await clouds.registryLogin('aws', repository, 'controller')).toEqual(login);
    expect(servers.asked).toHaveLength(1);
    expect(servers.asked[0]!.headers).toMatchObject({
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      authorization: expect.stringContaining('/eu-west-1/ecr/aws4_request'),
    });
  });

  test('at the public registry of AWS is had in one region', async () => {
    servers.on('POST api.ecr-public.us-east-1.amazonaws.com/', {
      authorizationData: { authorizationToken: btoa('AWS:pass-of-all'), expiresAt: 4_000_000_000 },
    });
    const login = await clouds.registryLogin('aws', 'public.ecr.aws/fleet/app', 'controller');
    expect(login).toMatchObject({ username: 'AWS', password: 'pass-of-all' });
  });

  test('at ACR is a token of the registry for one of Azure', async () => {
    const registryToken = tokenSaying({ exp: 4_000_000_000 });
    servers.on('POST login.microsoftonline.com/fleet/oauth2/v2.0/token', {
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: 'token-of-azure',
    });
    servers.on('POST fleet.azurecr.io/oauth2/exchange', { refresh_token: registryToken });
    expect(await clouds.registryLogin('azure', 'fleet.azurecr.io/app', 'controller')).toEqual({
      username: '00000000-0000-0000-0000-000000000000',
      password: registryToken,
      expires: new Date(4_000_000_000_000),
    });
    expect(servers.asked[0]!.form.get('scope')).toBe('https://containerregistry.azure.net/.default');
    expect(Object.fromEntries(servers.asked[1]!.form)).toEqual({
      grant_type: 'access_token',
      service: 'fleet.azurecr.io',
      access_token: 'token-of-azure',
    });
  });

  test('that ECR does not give is an error without what it was asked with', async () => {
    servers.on('POST api.ecr.eu-west-1.amazonaws.com/', {
      status: 400,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: { __type: 'AccessDeniedException', message: 'not with of-the-controller' },
    });
    const given = clouds.registryLogin('aws', '1.dkr.ecr.eu-west-1.amazonaws.com', 'controller');
    await expect(given).rejects.toThrow(
      /^1\.dkr\.ecr\.eu-west-1\.amazonaws\.com gives no login: AccessDeniedException: not with \*\*\*$/,
    );
  });
});

describe('a host', () => {
  test.each([
    ['012345678901.dkr.ecr.us-east-1.amazonaws.com', 'us-east-1'],
    ['012345678901.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['012345678901.dkr.ecr.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
    ['012345678901.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['012345678901.dkr.ecr.us-iso-east-1.c2s.ic.gov', 'us-iso-east-1'],
    ['012345678901.dkr-ecr.us-west-2.on.aws', 'us-west-2'],
  ])('of ECR names its region: %s', (host, region) => {
    expect(parseEcrHost(host)).toEqual({ region, isPublic: false });
  });

  test.each([
    '012345678901.dkr.ecr.us-east-1.amazonaws.com.evil.example',
    'evil.example.dkr.ecr.us-east-1.amazonaws.com',
    'x012345678901.dkr.ecr.us-east-1.amazonaws.com',
    '1.dkr.ecr.us-east-1.amazonaws.com:5000',
    '1.dkr.ecr.a/b.amazonaws.com',
    '1.dkr.ecr.us-east-1.amazonaws.org',
    'public.ecr.aws.evil.example',
    'docker.io',
    '',
  ])('that is no registry of AWS gets no password: %s', host => {
    expect(() => parseEcrHost(host)).toThrow('is no registry of AWS');
  });

  test.each(['fleet.azurecr.io', 'fleet.azurecr.us', 'fleet-abc.privatelink.azurecr.io', 'fleet.azurecr.cn'])(
    'of ACR is known: %s',
    host => {
      expect(cloudOfRegistry(host).registryScope).toBe('https://containerregistry.azure.net/.default');
    },
  );

  test.each([
    'azurecr.io',
    'fleet.azurecr.io.evil.example',
    'fleet.azurecr.io:80',
    'a@b.azurecr.io',
    'evilazurecr.io',
    '',
  ])('that is no registry of Azure gets no token: %s', host => {
    expect(() => cloudOfRegistry(host)).toThrow('is no registry of Azure');
  });

  test.each(['gcr.io', 'eu.gcr.io', 'europe-west1-docker.pkg.dev', 'docker.s3nsregistry.fr'])(
    'of Google is known: %s',
    host => {
      expect(() => requireGoogleRegistry(host)).not.toThrow();
    },
  );

  test.each([
    'evilgcr.io',
    'gcr.io.evil.example',
    'docker.pkg.dev',
    'a-docker.pkg.dev.evil.example',
    'gcr.io:80',
    '',
  ])('that is no registry of Google gets no token: %s', host => {
    expect(() => requireGoogleRegistry(host)).toThrow('is no registry of Google');
  });
});
