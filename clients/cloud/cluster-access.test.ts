import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Cloud, cloud } from './cloud.ts';
import { parseClusterParameters } from './cluster.ts';
import golden from './golden/signatures.json' with { type: 'json' };
import type { ServiceAccountRef } from './principal.ts';
import { type StandIn, standIn, tokenSaying } from './testing/stand-in.ts';

const ca = '-----BEGIN CERTIFICATE-----\nZmxlZXQ=\n-----END CERTIFICATE-----\n';
const bearer = (access_token: string) => ({ token_type: 'Bearer', expires_in: 3600, access_token });

let servers: StandIn;
beforeEach(async () => {
  servers = await standIn();
});
afterEach(() => vi.unstubAllEnvs());

describe('the parameters', () => {
  test('are read from the keys of the ConfigMap', () => {
    const data = {
      provider: 'generic',
      address: 'https://fleet.example',
      'ca.crt': ca,
      audiences: '\n one\n\ntwo \n',
      serviceAccountName: 'reader',
      other: 'is nothing to us',
    };
    expect(parseClusterParameters(data)).toEqual({
      provider: 'generic',
      address: 'https://fleet.example',
      ca,
      audiences: ['one', 'two'],
      serviceAccountName: 'reader',
    });
  });

  test.each([
    [{}, "provider '' not implemented"],
    [{ provider: 'AWS' }, "provider 'AWS' not implemented: it must be one of aws, azure, gcp, generic"],
    [{ provider: 'constructor' }, 'it must be one of'],
    [{ provider: 'generic' }, 'address is required with the provider generic'],
    [{ provider: 'aws', address: 'https://a', 'ca.crt': ca }, 'cluster is required with the provider aws'],
    [{ provider: 'gcp', address: 'https://a' }, 'cluster is required with the provider gcp, unless'],
    [{ provider: 'azure', 'ca.crt': ca }, 'cluster is required with the provider azure, unless'],
    [{ provider: 'gcp', cluster: 'x', serviceAccountName: '' }, 'serviceAccountName is empty'],
  ])('%j are refused', (data, message) => {
    expect(() => parseClusterParameters(data as unknown as Record<string, string>)).toThrow(message);
  });
});

describe('EKS', () => {
  const cluster = 'arn:aws:eks:eu-west-1:123456789012:cluster/mine';
  const described = {
    cluster: {
      endpoint: 'https://A.gr7.eu-west-1.eks.amazonaws.com',
      certificateAuthority: { data: btoa(ca) },
    },
  };
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIACONTROLLER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-the-controller');
    servers.on('GET eks.eu-west-1.amazonaws.com/clusters/mine', described);
  });
  const access = (more = {}, clouds = cloud({ http: servers.http })) =>
    clouds.clusterAccess(parseClusterParameters({ provider: 'aws', cluster, ...more }), 'controller');

  test('tells where a cluster is', async () => {
    expect(await access()).toMatchObject({ address: 'https://A.gr7.eu-west-1.eks.amazonaws.com', ca });
  });

  test('is not asked for what is known', async () => {
    expect(await access({ address: 'https://fleet.example', 'ca.crt': ca })).toMatchObject({
      address: 'https://fleet.example',
      ca,
    });
    expect(servers.asked).toEqual([]);
  });

  test('is asked for one of the two', async () => {
    expect(await access({ address: 'fleet.example' })).toMatchObject({
      address: 'https://fleet.example',
      ca,
    });
  });

  test('is asked once while it is known', async () => {
    const clouds = cloud({ http: servers.http });
    expect(await access({}, clouds)).toEqual(await access({}, clouds));
    expect(servers.asked).toHaveLength(1);
  });

  test.each(golden.eks)('is entered with the question to STS that botocore signs: $cluster', async signed => {
    const { accessKeyId, secretAccessKey, sessionToken, cluster, url } = signed as {
      [name in keyof typeof signed]: string;
    } & { sessionToken?: string };
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    if (sessionToken) vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
    const now = Date.parse(golden.now);
    const clouds = cloud({ http: servers.http, tokens: { now: () => now } });
    const parameters = parseClusterParameters({
      provider: 'aws',
      cluster,
      address: 'https://a.example',
      'ca.crt': ca,
    });
    const { token, expires } = await clouds.clusterAccess(parameters, 'controller');
    expect(expires).toEqual(new Date(now + 900_000));
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    const asked = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
    const [ours, theirs] = [asked, new URL(url)].map(({ host, pathname, searchParams }) => ({
      place: host + pathname,
      query: Object.fromEntries(searchParams),
    }));
    expect(ours).toEqual(theirs);
  });

  test.each(['mine', 'arn:aws:eks:eu-west-1:1:nodegroup/x', 'arn:aws:eks:evil.example/:1:cluster/x'])(
    'is not asked for %s',
    async cluster => {
      await expect(access({ cluster })).rejects.toThrow(/is no (cluster of EKS|region of AWS)/);
      expect(servers.asked).toEqual([]);
    },
  );

  test('has a cluster that is still being made', async () => {
    servers.on('GET eks.eu-west-1.amazonaws.com/clusters/mine', { cluster: { name: 'mine' } });
    await expect(access()).rejects.toThrow(
      `the cluster ${cluster} cannot be described: it has no endpoint yet`,
    );
  });

  test.each(['http://fleet.example', 'http://127.0.0.1:8001'])('sends no token to %s', async address => {
    await expect(access({ address })).rejects.toThrow('it must be https');
  });
});

describe('AKS', () => {
  const id =
    '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/fleet/providers/Microsoft.ContainerService/managedClusters/one';
  const kubeconfig = (server: string) =>
    Buffer.from(
      `apiVersion: v1
kind: Config
current-context: b
contexts: [{name: a, context: {cluster: a}}, {name: b, context: {cluster: b, user: u}}]
clusters:
- {name: a, cluster: {server: "https://other.example"}}
- {name: b, cluster: {server: "${server}", certificate-authority-data: ${btoa(ca)}}}
`,
    ).toString('base64');
  beforeEach(() => {
    vi.stubEnv('AZURE_TENANT_ID', 'fleet');
    vi.stubEnv('AZURE_CLIENT_ID', 'c');
    vi.stubEnv('AZURE_CLIENT_SECRET', 's3cr3t-of-the-controller');
    servers.on('POST login.microsoftonline.com/fleet/oauth2/v2.0/token', ({ form }) =>
      bearer(`for ${form.get('scope')}`),
    );
    servers.on(`GET management.azure.com${id}`, { properties: { aadProfile: {} } });
    servers.on(`POST management.azure.com${id}/listClusterUserCredential`, {
      kubeconfigs: [
        { value: kubeconfig('https://one.example:443') },
        { value: kubeconfig('https://two.example:443') },
      ],
    });
  });
  const access = (more = {}) =>
    cloud({ http: servers.http }).clusterAccess(
      parseClusterParameters({ provider: 'azure', cluster: id, ...more }),
      'controller',
    );

  test('tells where a cluster is, and is asked with a token of its own', async () => {
    expect(await access()).toMatchObject({
      address: 'https://one.example:443',
      ca,
      token: 'for 6dae42f8-4368-4678-94ff-3960e28e3630/.default',
    });
    const asked = servers.asked.filter(({ place }) => place.startsWith('management.azure.com'));
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill('Bearer for https://management.core.windows.net//.default'),
    );
  });

  test('has the address that is given among its own', async () => {
    expect(await access({ address: 'TWO.example' })).toMatchObject({ address: 'https://TWO.example', ca });
    await expect(access({ address: 'https://three.example' })).rejects.toThrow(
      'its address is https://one.example:443, https://two.example:443, and not https://three.example',
    );
  });

  test('is refused where it takes no tokens of Entra', async () => {
    servers.on(`GET management.azure.com${id}`, { properties: {} });
    await expect(access()).rejects.toThrow('it does not take tokens of Microsoft Entra ID');
  });

  test.each(['one', id.replace('/fleet/', '/../'), id.replace('/one', '/..'), `https://evil.example${id}`])(
    'is not asked for %s',
    async cluster => {
      await expect(access({ cluster })).rejects.toThrow(/is no (cluster of AKS|path of names)/);
      expect(servers.routes().filter(route => !route.includes('login.'))).toEqual([]);
    },
  );

  test('is another cloud’s where a file describes it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-azure-'));
    const file = join(folder, 'environment.json');
    const endpoints = {
      resourceManagerEndpoint: 'https://arm.stack.example',
      tokenAudience: 'https://arm.stack.example/x',
    };
    writeFileSync(file, JSON.stringify(endpoints));
    vi.stubEnv('AZURE_ENVIRONMENT_FILEPATH', file);
    servers.on(`GET arm.stack.example${id}`, { properties: { aadProfile: {} } });
    servers.on(`POST arm.stack.example${id}/listClusterUserCredential`, {
      kubeconfigs: [{ value: kubeconfig('https://stack.example') }],
    });
    expect(await access()).toMatchObject({ address: 'https://stack.example' });
    rmSync(folder, { recursive: true });
  });
});

describe('GKE', () => {
  const cluster = 'projects/fleet/locations/europe-west1/clusters/one';
  const federation = {
    'gcp.auth.fluxcd.io/workload-identity-provider':
      'projects/1/locations/global/workloadIdentityPools/pool/providers/here',
  };
  const access = (more = {}) =>
    cloud({
      http: servers.http,
      objectLevel: true,
      serviceAccounts: {
        annotations: async () => federation,
        token: async (_, audiences) => `for ${audiences}`,
      },
    }).clusterAccess(parseClusterParameters({ provider: 'gcp', cluster, ...more }), {
      namespace: 'apps',
      name: 'reader',
    });
  beforeEach(() => {
    servers.on('POST sts.googleapis.com/v1/token', bearer('token-of-google'));
  });

  test('tells where a cluster is, by an address without a scheme', async () => {
    servers.on(`GET container.googleapis.com/v1/${cluster}`, ({ headers }) =>
      headers.authorization === 'Bearer token-of-google'
        ? { endpoint: '203.0.113.7', masterAuth: { clusterCaCertificate: btoa(ca) } }
        : 401,
    );
    expect(await access()).toMatchObject({ address: 'https://203.0.113.7', ca, token: 'token-of-google' });
  });

  test('tells why it does not', async () => {
    servers.on(`GET container.googleapis.com/v1/${cluster}`, {
      status: 403,
      body: {
        error: { code: 403, status: 'PERMISSION_DENIED', message: 'Required "container.clusters.get"' },
      },
    });
    await expect(access()).rejects.toThrow(
      `the cluster ${cluster} cannot be described: Google does not tell where it is: container.googleapis.com answers 403 (Required "container.clusters.get")`,
    );
  });

  test('is asked by a ServiceAccount with the audiences that are given', async () => {
    servers.on(`GET container.googleapis.com/v1/${cluster}`, {
      endpoint: '203.0.113.7',
      masterAuth: { clusterCaCertificate: btoa(ca) },
    });
    await access({ audiences: 'a\nb' });
    expect(servers.asked[0]!.form.get('subject_token')).toBe('for a,b');
  });
});

describe('any other cluster', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-token-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const issued: [ServiceAccountRef, readonly string[]][] = [];
  const cluster = (): Cloud => {
    issued.length = 0;
    const file = join(folder, 'token');
    const sub = 'system:serviceaccount:flux-system:kustomize-controller';
    writeFileSync(file, `${tokenSaying({ sub, aud: ['https://kubernetes.default.svc'] })}\n`);
    return cloud({
      objectLevel: true,
      ownTokenFile: file,
      serviceAccounts: {
        annotations: async () => ({}),
        token: async (of, audiences) => {
          issued.push([{ namespace: of.namespace, name: of.name }, audiences]);
          return tokenSaying({ exp: 4_000_000_000 });
        },
      },
    });
  };

  test.each([
    ['its address as the audience', {}, ['Fleet.example:6443']],
    ['the audiences that are given', { audiences: 'one' }, ['one']],
  ])('is entered by the controller with %s', async (_, more, audiences) => {
    const parameters = parseClusterParameters({
      provider: 'generic',
      address: 'Fleet.example:6443',
      ...more,
    });
    expect(await cluster().clusterAccess(parameters, 'controller')).toEqual({
      address: 'https://fleet.example:6443',
      token: tokenSaying({ exp: 4_000_000_000 }),
      expires: new Date(4_000_000_000_000),
    });
    expect(issued).toEqual([[{ namespace: 'flux-system', name: 'kustomize-controller' }, audiences]]);
  });

  test('is entered by a ServiceAccount', async () => {
    const parameters = parseClusterParameters({
      provider: 'generic',
      address: 'https://fleet.example',
      'ca.crt': ca,
    });
    const who = { namespace: 'apps', name: 'reader' };
    expect(await cluster().clusterAccess(parameters, who)).toMatchObject({
      address: 'https://fleet.example:443',
      ca,
    });
    expect(issued).toEqual([[who, ['https://fleet.example']]]);
  });

  test.each([
    'https://kubernetes.default.svc',
    'other\nhttps://kubernetes.default.svc',
    'sts.amazonaws.com',
    'api://AzureADTokenExchange',
    'fleet.svc.id.goog',
    '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
  ])('gets no token of the controller that makes it the controller: %j', async audiences => {
    const parameters = parseClusterParameters({
      provider: 'generic',
      address: 'https://evil.example',
      audiences,
    });
    await expect(cluster().clusterAccess(parameters, 'controller')).rejects.toThrow(
      'name a ServiceAccount instead',
    );
    expect(issued).toEqual([]);
    await cluster().clusterAccess(parameters, { namespace: 'apps', name: 'reader' });
    expect(issued).toHaveLength(1);
  });

  test('is not entered by http', async () => {
    const parameters = parseClusterParameters({ provider: 'generic', address: 'http://fleet.example' });
    await expect(cluster().clusterAccess(parameters, 'controller')).rejects.toThrow('it must be https');
  });

  test.each(['alice', 'system:node:x', 'system:serviceaccount::x', 'system:serviceaccount:a:b:c', undefined])(
    'is not entered by a Pod whose token is of %s',
    async sub => {
      const clouds = cluster();
      writeFileSync(join(folder, 'token'), tokenSaying({ sub }));
      const parameters = parseClusterParameters({ provider: 'generic', address: 'https://fleet.example' });
      await expect(clouds.clusterAccess(parameters, 'controller')).rejects.toThrow(
        'is no token of a ServiceAccount',
      );
    },
  );
});
