import { inspect } from 'node:util';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cloud } from './cloud.ts';
import { http } from './http.ts';
import type { ServiceAccounts } from './principal.ts';
import { type StandIn, standIn, tokenSaying } from './testing/stand-in.ts';

const clusterToken = 'eyJhbGciOiJSUzI1NiJ9.cluster-token-of-apps.c2ln';
const apps = { namespace: 'apps', name: 'reader' };

const nobody = () => new Agent({ connect: (_, done) => done(new Error('nobody is there'), null) });

/** A cluster with one ServiceAccount, which counts what it is asked. */
function cluster(annotations: Record<string, string>) {
  const audiences: (readonly string[])[] = [];
  const serviceAccounts: ServiceAccounts = {
    async annotations({ namespace, name }) {
      if (namespace !== 'apps' || name !== 'reader')
        throw new Error(`ServiceAccount ${namespace}/${name} is not there`);
      return annotations;
    },
    async token(_, asked) {
      audiences.push(asked);
      return clusterToken;
    },
  };
  return { serviceAccounts, audiences };
}

let servers: StandIn;
beforeEach(async () => {
  servers = await standIn();
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_REGION', 'us-east-2');
});
afterEach(() => vi.unstubAllEnvs());

const cloudFor = (annotations: Record<string, string>, options = {}) => {
  const { serviceAccounts, audiences } = cluster(annotations);
  return { clouds: cloud({ http: servers.http, objectLevel: true, serviceAccounts, ...options }), audiences };
};

const role = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/reader' };
const application = {
  'azure.workload.identity/tenant-id': '72f988bf-86f1-41af-91ab-2d7cd011db47',
  'azure.workload.identity/client-id': '559513bd-0c19-4c1a-87cd-851a26afd5fc',
};
const email = { 'iam.gke.io/gcp-service-account': 'reader@fleet.iam.gserviceaccount.com' };
const federation = {
  'gcp.auth.fluxcd.io/workload-identity-provider':
    'projects/1234/locations/global/workloadIdentityPools/pool/providers/here',
};

const sts = 'POST sts.eu-west-1.amazonaws.com/';
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const roleCredentials =
  () => `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s3cr3t-of-role</SecretAccessKey>
<SessionToken>session-of-role</SessionToken><Expiration>${inAnHour()}</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
const entra = 'POST login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/oauth2/v2.0/token';
const bearer = (access_token: string) => ({ token_type: 'Bearer', expires_in: 3600, access_token });

describe("a ServiceAccount's token is exchanged", () => {
  test('at AWS for credentials of the role that it names', async () => {
    servers.on(sts, roleCredentials());
    const { clouds, audiences } = cloudFor(role);
    const credentials = await clouds.awsCredentials(apps, { region: 'eu-west-1' });
    expect(credentials).toMatchObject({
      accessKeyId: 'ASIAROLE',
      secretAccessKey: 's3cr3t-of-role',
      sessionToken: 'session-of-role',
    });
    expect(Object.fromEntries(servers.asked[0]!.form)).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:iam::123456789012:role/reader',
      RoleSessionName: 'reader.apps.eu-west-1.fluxcd.io',
      WebIdentityToken: clusterToken,
    });
    expect(audiences).toEqual([['sts.amazonaws.com']]);
  });

  test('at AWS by the endpoint that is given', async () => {
    servers.on('POST vpce-1.sts.eu-west-1.vpce.amazonaws.com/', roleCredentials());
    const { clouds } = cloudFor(role);
    const stsEndpoint = 'https://vpce-1.sts.eu-west-1.vpce.amazonaws.com';
    await clouds.awsCredentials(apps, { region: 'eu-west-1', stsEndpoint });
    expect(servers.routes()).toEqual(['POST vpce-1.sts.eu-west-1.vpce.amazonaws.com/']);
  });

  test('at Azure for a token of the application that it names', async () => {
    servers.on(entra, bearer('token-of-azure'));
    const { clouds, audiences } = cloudFor(application);
    const { token, expires } = await clouds.azureToken(apps, 'https://vault.azure.net/.default');
    expect(token).toBe('token-of-azure');
    expect(expires.getTime()).toBeGreaterThan(Date.now());
    expect(Object.fromEntries(servers.asked[0]!.form)).toMatchObject({
      grant_type: 'client_credentials',
      client_id: '559513bd-0c19-4c1a-87cd-851a26afd5fc',
      scope: 'https://vault.azure.net/.default',
      client_assertion: clusterToken,
    });
    expect(audiences).toEqual([['api://AzureADTokenExchange']]);
  });

  test('at Google for a token of the pool of a cluster elsewhere', async () => {
    servers.on('POST sts.googleapis.com/v1/token', bearer('token-of-google'));
    const { clouds, audiences } = cloudFor(federation);
    expect((await clouds.googleToken(apps)).token).toBe('token-of-google');
    const audience = `//iam.googleapis.com/${federation['gcp.auth.fluxcd.io/workload-identity-provider']}`;
    expect(Object.fromEntries(servers.asked[0]!.form)).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience,
      subject_token: clusterToken,
    });
    expect(audiences).toEqual([[audience]]);
  });

  test('at Google, in a cluster of its own, for a token of the service account that it names', async () => {
    const metadata = 'GET metadata.google.internal/computeMetadata/v1';
    servers.on(`${metadata}/project/project-id`, 'fleet\n');
    servers.on(`${metadata}/instance/attributes/cluster-location`, 'europe-west1');
    servers.on(`${metadata}/instance/attributes/cluster-name`, 'one');
    servers.on('POST sts.googleapis.com/v1/token', bearer('federated'));
    servers.on(
      'POST iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/reader@fleet.iam.gserviceaccount.com:generateAccessToken',
      ({ headers }) =>
        headers.authorization === 'Bearer federated' ? { accessToken: 'lent', expireTime: inAnHour() } : 401,
    );
    const { clouds, audiences } = cloudFor(email);
    expect((await clouds.googleToken(apps)).token).toBe('lent');
    expect(servers.asked[3]!.form.get('audience')).toBe(
      'identitynamespace:fleet.svc.id.goog:https://container.googleapis.com/v1/projects/fleet/locations/europe-west1/clusters/one',
    );
    expect(audiences).toEqual([['fleet.svc.id.goog']]);
  });

  test('for nothing: another cluster takes it as it is', async () => {
    const token = tokenSaying({ sub: 'system:serviceaccount:apps:reader', exp: 4_000_000_000 });
    const { serviceAccounts } = cluster({});
    const clouds = cloud({
      objectLevel: true,
      serviceAccounts: { ...serviceAccounts, token: async () => token },
    });
    expect(await clouds.kubernetesToken(apps, ['https://other.example'])).toEqual({
      token,
      expires: new Date(4_000_000_000_000),
    });
  });

  test('for other audiences, if it says so', async () => {
    servers.on(sts, roleCredentials());
    const { clouds, audiences } = cloudFor(role);
    await clouds.awsCredentials({ ...apps, audiences: ['mine'] }, { region: 'eu-west-1' });
    expect(audiences).toEqual([['mine']]);
  });
});

describe('what a ServiceAccount was given', () => {
  test('is kept, and asked for once by all who wait for it', async () => {
    servers.on(sts, roleCredentials());
    const { clouds } = cloudFor(role);
    const one = () => clouds.awsCredentials(apps, { region: 'eu-west-1' });
    await Promise.all([one(), one(), one()]);
    await one();
    expect(servers.asked).toHaveLength(1);
  });

  test('is not for another region, scope, role or ServiceAccount', async () => {
    servers.on(sts, roleCredentials());
    servers.on('POST sts.eu-west-2.amazonaws.com/', roleCredentials());
    const annotations = { ...role };
    const clock = { now: Date.now() };
    const { clouds } = cloudFor(annotations, { tokens: { now: () => clock.now } });
    await clouds.awsCredentials(apps, { region: 'eu-west-1' });
    await clouds.awsCredentials(apps, { region: 'eu-west-2' });
    annotations['eks.amazonaws.com/role-arn'] = 'arn:aws:iam::123456789012:role/writer';
    clock.now += 2_000;
    await clouds.awsCredentials(apps, { region: 'eu-west-1' });
    expect(servers.asked.map(({ form }) => form.get('RoleArn')!.split('/')[1])).toEqual([
      'reader',
      'reader',
      'writer',
    ]);
  });

  test('is not handed out when the ServiceAccount is gone for a moment', async () => {
    servers.on(sts, roleCredentials());
    const { serviceAccounts } = cluster(role);
    const clock = { now: Date.now() };
    let [there, asked] = [true, 0];
    const clouds = cloud({
      http: servers.http,
      objectLevel: true,
      tokens: { now: () => clock.now },
      serviceAccounts: {
        ...serviceAccounts,
        async annotations(of) {
          asked++;
          return there ? serviceAccounts.annotations(of) : Promise.reject(new Error('not found'));
        },
      },
    });
    const one = () => clouds.awsCredentials(apps, { region: 'eu-west-1' });
    for (let i = 0; i < 100; i++) await one();
    expect(asked).toBe(1);
    there = false;
    clock.now += 2_000;
    await expect(one()).rejects.toThrow('not found');
    there = true;
    await one();
    expect([asked, servers.asked.length]).toEqual([3, 1]);
  });
});

describe('nobody is taken for the controller', () => {
  const odd = [
    { namespace: '', name: '' },
    { namespace: 'apps', name: '' },
    { namespace: '', name: 'reader' },
    { namespace: 'apps', name: ' reader' },
    { namespace: 'apps', name: 'a/b' },
    { namespace: 'apps', name: 'a:b' },
    { namespace: 'apps', name: 'x'.repeat(254) },
  ];
  test.each(odd)('by the name $namespace/$name', async who => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIACONTROLLER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-the-controller');
    const { clouds } = cloudFor(role);
    for (const given of [
      clouds.awsCredentials(who, { region: 'eu-west-1' }),
      clouds.azureToken(who, 'scope'),
      clouds.googleToken(who),
      clouds.kubernetesToken(who, []),
    ])
      await expect(given).rejects.toThrow('is no name of a ServiceAccount');
    expect(servers.asked).toEqual([]);
  });

  test('while the feature gate is off', async () => {
    const { clouds } = cloudFor(role, { objectLevel: false });
    await expect(clouds.awsCredentials(apps, { region: 'eu-west-1' })).rejects.toThrow(
      'ObjectLevelWorkloadIdentity feature gate is not enabled',
    );
  });

  test.each([
    ['an access key without its secret', { accessKeyId: 'AKIA', secretAccessKey: '' }],
    ['an empty access key', { accessKeyId: '', secretAccessKey: '' }],
  ])('by %s', async (_, keys) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIACONTROLLER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-the-controller');
    const { clouds } = cloudFor(role);
    await expect(clouds.awsCredentials(keys, { region: 'eu-west-1' })).rejects.toThrow('is not complete');
  });
});

describe('annotations that do not say who somebody is', () => {
  test.each([
    ['aws', {}, 'the annotation eks.amazonaws.com/role-arn is not set'],
    ['aws', { 'eks.amazonaws.com/role-arn': 'reader' }, 'is "reader": it must name a role'],
    ['aws', { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:user/x' }, 'it must name a role'],
    ['azure', {}, 'the annotation azure.workload.identity/tenant-id is not set'],
    ['azure', { ...application, 'azure.workload.identity/client-id': '' }, 'client-id is not set'],
    ['azure', { ...application, 'azure.workload.identity/tenant-id': '../evil' }, 'which is no identifier'],
    [
      'azure',
      { ...application, 'azure.workload.identity/tenant-id': 'a@evil.example' },
      'which is no identifier',
    ],
    ['gcp', { 'iam.gke.io/gcp-service-account': 'me@gmail.com' }, 'it must match'],
    ['gcp', { 'iam.gke.io/gcp-service-account': 'a@b.iam.gserviceaccount.com/../c' }, 'it must match'],
    ['gcp', { 'gcp.auth.fluxcd.io/workload-identity-provider': '//iam.googleapis.com/x' }, 'it must match'],
  ])('of %s: %j', async (provider, annotations, message) => {
    const { clouds, audiences } = cloudFor(annotations as Record<string, string>);
    const given =
      provider === 'aws'
        ? clouds.awsCredentials(apps, { region: 'eu-west-1' })
        : provider === 'azure'
          ? clouds.azureToken(apps, 'scope')
          : clouds.googleToken(apps);
    const failed = await given.catch(error => error);
    expect(failed.message).toContain('ServiceAccount apps/reader: ');
    expect(failed.message).toContain(message);
    expect(audiences).toEqual([]);
    expect(servers.asked).toEqual([]);
  });
});

test.each([
  'https://sts.amazonaws.com.evil.example',
  'https://evil.example/sts.eu-west-1.amazonaws.com',
  'https://evil.example#.sts.amazonaws.com',
  'http://sts.eu-west-1.amazonaws.com',
  'https://s3.eu-west-1.amazonaws.com',
  'https://amazonaws.com',
  '',
])('%j is no endpoint that is sent a token', async stsEndpoint => {
  const { clouds } = cloudFor(role);
  await expect(clouds.awsCredentials(apps, { region: 'eu-west-1', stsEndpoint })).rejects.toThrow(
    'is no endpoint of STS',
  );
});

test.each(['evil.example/', 'eu-west-1.evil.example#', '', 'a b', '-a'])('%j is no region', async region => {
  const { clouds } = cloudFor(role);
  await expect(clouds.awsCredentials(apps, { region })).rejects.toThrow('is no region of AWS');
});

describe('the controller itself', () => {
  test('is at AWS who its environment says', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIACONTROLLER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-the-controller');
    const { clouds } = cloudFor({});
    expect(await clouds.awsCredentials('controller', {})).toMatchObject({ accessKeyId: 'AKIACONTROLLER' });
  });

  test('is told what is missing where its region is not known', async () => {
    vi.stubEnv('AWS_REGION', '');
    const { clouds } = cloudFor({});
    await expect(clouds.awsCredentials('controller', {})).rejects.toThrow('AWS_REGION is not set');
  });

  test('is at Azure who its environment says', async () => {
    vi.stubEnv('AZURE_TENANT_ID', '72f988bf-86f1-41af-91ab-2d7cd011db47');
    vi.stubEnv('AZURE_CLIENT_ID', 'c');
    vi.stubEnv('AZURE_CLIENT_SECRET', 's3cr3t-of-the-controller');
    servers.on(entra, bearer('token-of-azure'));
    const { clouds } = cloudFor({});
    expect((await clouds.azureToken('controller', 'scope/.default')).token).toBe('token-of-azure');
    expect(servers.asked[0]!.form.get('client_secret')).toBe('s3cr3t-of-the-controller');
  });

  test('assumes a role by what it is', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIACONTROLLER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-the-controller');
    servers.on(sts, roleCredentials().replaceAll('AssumeRoleWithWebIdentity', 'AssumeRole'));
    const { clouds } = cloudFor({});
    const purpose = { region: 'eu-west-1', role: 'arn:aws:iam::123456789012:role/keys' };
    expect(await clouds.awsCredentials('controller', purpose)).toMatchObject({ accessKeyId: 'ASIAROLE' });
    await clouds.awsCredentials('controller', purpose);
    expect(servers.asked).toHaveLength(1);
    expect(servers.asked[0]!.headers.authorization).toContain('Credential=AKIACONTROLLER/');
    expect(servers.asked[0]!.form.get('RoleSessionName')).toMatch(/^sops@/);
  });
});

test('a refusal is told in the same words each time', async () => {
  const { clouds } = cloudFor({});
  const refused = async (id: string) => {
    const description = `AADSTS7000215: Invalid client secret. Trace ID: ${id} Correlation ID: ${id} Timestamp: 2026-11-29 12:00:0${id[0]}Z`;
    servers.on(entra, {
      status: 401,
      body: { error: 'invalid_client', error_description: description, trace_id: id },
    });
    const login = { tenantId: '72f988bf-86f1-41af-91ab-2d7cd011db47', clientId: 'c', clientSecret: 's3cr3t' };
    return (await clouds.azureToken(login, 'scope/.default').catch(error => error)).message;
  };
  const [first, second] = ['1', '2'].map(digit => `${digit.repeat(8)}-aaaa-bbbb-cccc-222222222222`);
  const message = await refused(first!);
  expect(await refused(second!)).toBe(message);
  expect(message).toContain('AADSTS7000215: Invalid client secret.');
});

test('a server that does not answer is named, whatever an SDK makes of it', async () => {
  const clouds = cloud({ http: http({ dispatcher: nobody() }) });
  const given = [
    clouds.azureToken({ tenantId: 'fleet', clientId: 'c', clientSecret: 's3cr3t' }, 'scope/.default'),
    clouds.googleToken({ type: 'authorized_user', clientId: 'c', clientSecret: 's3cr3t', refreshToken: 'r' }),
  ];
  const failed = await Promise.all(given.map(one => one.catch((error: Error) => error.message)));
  expect(failed[0]).toContain('https://login.microsoftonline.com cannot be reached: nobody is there');
  expect(failed[1]).toContain('https://oauth2.googleapis.com cannot be reached: nobody is there');
});

describe('a server that repeats what it was sent', () => {
  const refuse = ({ body }: { body: string }) => ({
    status: 400,
    body: {
      error: 'invalid_grant',
      error_description: `${decodeURIComponent(body)} is wrong`,
      errors: [body],
    },
  });
  test.each([
    ['AWS', sts, role],
    ['Azure', entra, application],
    ['Google', 'POST sts.googleapis.com/v1/token', federation],
  ])('has no token told by an error: %s', async (provider, route, annotations) => {
    servers.on(
      route,
      provider === 'AWS'
        ? ({ form }) => ({
            status: 403,
            headers: { 'content-type': 'text/xml' },
            body: `<ErrorResponse><Error><Code>AccessDenied</Code><Message>bad ${form.get('WebIdentityToken')}</Message></Error></ErrorResponse>`,
          })
        : refuse,
    );
    const { clouds } = cloudFor(annotations);
    const given = {
      AWS: () => clouds.awsCredentials(apps, { region: 'eu-west-1' }),
      Azure: () => clouds.azureToken(apps, 'scope'),
    };
    const failed = await (given[provider as 'AWS'] ?? (() => clouds.googleToken(apps)))().catch(
      error => error,
    );
    expect(failed.message).toMatch(new RegExp(`^${provider} gives no token to ServiceAccount apps/reader: `));
    expect(servers.asked[0]!.body).toContain('cluster-token-of-apps');
    expect(inspect(failed, { depth: 20, showHidden: true })).not.toContain('cluster-token-of-apps');
  });
});
