import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { cloud } from '@millrace/cloud';
import { decrypt, type MasterKey } from '@millrace/sops';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type StandIn, standIn, tokenSaying } from '../cloud/testing/stand-in.ts';
import byOpenBao from './golden/openbao-transit.json' with { type: 'json' };
import byVault from './golden/vault-transit.json' with { type: 'json' };
import { parseVaultInstances, vaultLogin } from './vault-login.ts';
import { vaultTransit } from './vault-transit.ts';

const dataKey = Buffer.alloc(32, 5);
const address = 'https://vault.example:8200';
const key: MasterKey = {
  kind: 'vault-transit',
  address,
  enginePath: 'sops/transit',
  keyName: 'fleet',
  enc: 'vault:v1:c2VhbGVk',
  createdAt: '',
};
const decryptRoute = 'PUT vault.example:8200/v1/sops/transit/decrypt/fleet';

let servers: StandIn;
const cloudOf = (jwt: string, audiences: (readonly string[])[] = []) =>
  cloud({
    http: servers.http,
    objectLevel: true,
    serviceAccounts: {
      annotations: async () => ({}),
      token: async (_, asked) => {
        audiences.push(asked);
        return jwt;
      },
    },
  });

/** The transit engine, for who has this token: https://openbao.org/api-docs/secret/transit/#decrypt-data */
function transit(token: string) {
  servers.on(decryptRoute, ({ headers, body }) => {
    if (headers['x-vault-token'] !== token) return { status: 403, body: { errors: ['permission denied'] } };
    if (JSON.parse(body).ciphertext !== 'vault:v1:c2VhbGVk')
      return { status: 400, body: { errors: ['invalid ciphertext: no prefix'] } };
    return { data: { plaintext: dataKey.toString('base64') } };
  });
}
beforeEach(async () => {
  servers = await standIn();
});
afterEach(() => vi.unstubAllEnvs());

describe.each([
  ['Vault', byVault, '2 errors occurred: * permission denied * invalid token '],
  ['OpenBao', byOpenBao, 'permission denied'],
])('a file of the real SOPS and the real %s', (_, golden, why) => {
  const address: string = JSON.parse(golden.cases[0]!.file).sops.hc_vault[0].vault_address;
  const { host } = new URL(address);
  test.each(golden.cases)('is opened ($#)', async ({ file, answer }) => {
    const { engine_path, key_name, enc } = JSON.parse(file).sops.hc_vault[0];
    servers.on(`PUT ${host}/v1/${engine_path}/decrypt/${key_name}`, ({ body, headers }) =>
      body === JSON.stringify({ ciphertext: enc }) && headers['x-vault-token'] === 'hvs.x' ? answer : 403,
    );
    const plain = await decrypt(Buffer.from(file), {
      format: 'json',
      keys: [vaultTransit({ token: 'hvs.x' }, servers.http)],
    });
    expect(JSON.parse(Buffer.from(plain).toString())).toEqual(golden.plain);
  });

  test.each(golden.cases)('says why it is not ($#)', async ({ file, refused }) => {
    const { engine_path, key_name } = JSON.parse(file).sops.hc_vault[0];
    servers.on(`PUT ${host}/v1/${engine_path}/decrypt/${key_name}`, refused);
    const opened = decrypt(Buffer.from(file), {
      format: 'json',
      keys: [vaultTransit({ token: 'hvs.x' }, servers.http)],
    });
    await expect(opened).rejects.toThrow(`Vault transit: it is not opened: ${host} answers 403 (${why})`);
  });

  test('is opened by a ServiceAccount that Vault lets in', async () => {
    const { file, answer } = golden.cases[0]!;
    servers.on(`PUT ${host}/v1/auth/jwt/login`, golden.login);
    servers.on(`PUT ${host}/v1/sops/decrypt/aes`, ({ headers }) =>
      headers['x-vault-token'] === golden.login.auth.client_token ? answer : 403,
    );
    const instances = parseVaultInstances(`instances: [{address: "${address}", loginPath: auth/jwt/login}]`);
    const login = vaultLogin(
      cloudOf(tokenSaying({ sub: 'system:serviceaccount:apps:sops' })),
      { namespace: 'apps', name: 'sops' },
      instances,
    );
    const plain = await decrypt(Buffer.from(file), {
      format: 'json',
      keys: [vaultTransit({ login }, servers.http)],
    });
    expect(JSON.parse(Buffer.from(plain).toString())).toEqual(golden.plain);
  });
});

describe('a key of Vault', () => {
  test('is opened with the token of a Secret', async () => {
    transit('hvs.of-the-secret');
    const service = vaultTransit({ token: 'hvs.of-the-secret' }, servers.http);
    expect(await service.dataKey(key)).toEqual(dataKey);
    expect(servers.asked[0]!.headers['x-vault-request']).toBe('true');
  });

  test('is opened with the token and in the namespace of the environment', async () => {
    transit('hvs.of-all');
    vi.stubEnv('VAULT_ADDR', `${key.address}/`);
    vi.stubEnv('VAULT_TOKEN', 'hvs.of-all');
    vi.stubEnv('VAULT_NAMESPACE', 'fleet');
    expect(await vaultTransit('environment', servers.http).dataKey(key)).toEqual(dataKey);
    expect(servers.asked[0]!.headers['x-vault-namespace']).toBe('fleet');
  });

  test('is not opened with the token of the environment at a server that is not the one of the environment', async () => {
    transit('hvs.of-all');
    vi.stubEnv('VAULT_TOKEN', 'hvs.of-all');
    for (const own of ['https://vault.elsewhere', '', 'nonsense']) {
      vi.stubEnv('VAULT_ADDR', own);
      const opened = vaultTransit('environment', servers.http).dataKey(key);
      await expect(opened).rejects.toThrow('VAULT_TOKEN is for the server of VAULT_ADDR only');
    }
    expect(servers.asked).toEqual([]);
  });

  test('is not asked for without a token', async () => {
    vi.stubEnv('VAULT_TOKEN', '');
    await expect(vaultTransit('environment', servers.http).dataKey(key)).rejects.toThrow('there is no token');
    expect(servers.asked).toEqual([]);
  });

  test.each([
    'file:///etc/passwd',
    'vault.example:8200',
    'ftp://vault.example',
    'https://user:pass@vault.example',
    'https://vault.example/?x=',
    'https://vault.example/#x',
    'unix:///run/vault.sock',
    '',
  ])('is not at %j', async address => {
    const service = vaultTransit({ token: 'hvs.of-the-secret' }, servers.http);
    const failed = await service.dataKey({ ...key, address }).catch(error => error);
    expect(failed.message).toContain('the address of Vault in the file is no URL');
    expect(servers.asked).toEqual([]);
  });

  test.each([
    ['keyName', '..'],
    ['keyName', 'a/b'],
    ['keyName', ''],
    ['enginePath', '../sys'],
    ['enginePath', 'transit/../../auth'],
  ])('is not found by the %s %j', async (field, value) => {
    const service = vaultTransit({ token: 'hvs.of-the-secret' }, servers.http);
    await expect(service.dataKey({ ...key, [field]: value } as MasterKey)).rejects.toThrow(
      'failed to decrypt sops data key with Vault transit',
    );
    expect(servers.asked).toEqual([]);
  });

  test('whose server redirects is not followed: the token stays', async () => {
    servers.on(decryptRoute, { status: 307, headers: { location: 'https://evil.example/v1/x' } });
    const service = vaultTransit({ token: 'hvs.of-the-secret' }, servers.http);
    await expect(service.dataKey(key)).rejects.toThrow('a redirect to evil.example, which is not followed');
    expect(servers.asked).toHaveLength(1);
  });

  test('that is refused says so without the token, even if the server repeats it', async () => {
    servers.on(decryptRoute, ({ headers }) => ({
      status: 403,
      body: { errors: [`no: ${headers['x-vault-token']}`] },
    }));
    const service = vaultTransit({ token: 'hvs.of-the-secret' }, servers.http);
    const failed = await service.dataKey(key).catch(error => error);
    expect(failed.message).toContain('vault.example:8200 answers 403 (no: ***)');
    expect(inspect(failed, { depth: 9, showHidden: true })).not.toContain('of-the-secret');
  });

  test.each([{}, { data: null }, { data: { plaintext: 3 } }, { data: { plaintext: '***' } }, { data: [] }])(
    'is not %j',
    async answer => {
      servers.on(decryptRoute, answer);
      const service = vaultTransit({ token: 'hvs.of-the-secret' }, servers.http);
      await expect(service.dataKey(key)).rejects.toThrow(
        'failed to decrypt sops data key with Vault transit',
      );
    },
  );

  test('is asked for by http where the file says so, by what the environment says of certificates', async () => {
    const server = createServer(
      (_, response) => void response.end(JSON.stringify({ data: { plaintext: btoa('x') } })),
    );
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const service = vaultTransit({ token: 'hvs.of-the-secret' });
    expect(await service.dataKey({ ...key, address: `http://127.0.0.1:${port}` })).toEqual(Buffer.from('x'));
    server.closeAllConnections();
    server.close();
  });
});

describe('a server of Vault with a certificate of its own', () => {
  const file = fileURLToPath(new URL('golden/certificate.pem', import.meta.url));
  const certificate = readFileSync(file, 'utf8');
  let address = '';
  let server: Server;
  beforeEach(async () => {
    server = createTlsServer({ key: certificate, cert: certificate }, (_, response) => {
      response.end(JSON.stringify({ data: { plaintext: btoa('x') } }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const opened = () => vaultTransit({ token: 'hvs.of-the-secret' }).dataKey({ ...key, address });

  test('gets no token before it is trusted', async () => {
    await expect(opened()).rejects.toThrow(/cannot be reached: .*self-signed/);
  });

  test.each([
    ['by its authority and its name', { VAULT_CACERT: file, VAULT_TLS_SERVER_NAME: 'test' }],
    ['by the text of its authority', { VAULT_CACERT_BYTES: certificate, VAULT_TLS_SERVER_NAME: 'test' }],
    ['because nobody looks', { VAULT_SKIP_VERIFY: 'true' }],
  ])('is trusted %s', async (_, variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(await opened()).toEqual(Buffer.from('x'));
  });

  test('is not trusted under another name', async () => {
    vi.stubEnv('VAULT_CACERT', file);
    vi.stubEnv('VAULT_TLS_SERVER_NAME', 'other');
    await expect(opened()).rejects.toThrow('cannot be reached');
  });
});

describe('SOPS_HCVAULT_ALLOWLIST', () => {
  test.each([
    ['all', true],
    ['', true],
    ['none', false],
    ['https://vault.example:8200', true],
    ['https://other.example, https://vault.example:8200/', true],
    ['https://vault.example:820', false],
    ['https://vault.example', false],
    ['https://vault.example:8200/sub', false],
    [',', false],
  ])('%j lets the server be asked: %s', async (list, isAllowed) => {
    transit('hvs.of-the-secret');
    vi.stubEnv('SOPS_HCVAULT_ALLOWLIST', list);
    const opened = await vaultTransit({ token: 'hvs.of-the-secret' }, servers.http)
      .dataKey(key)
      .catch(error => error);
    expect(servers.asked).toHaveLength(isAllowed ? 1 : 0);
    if (isAllowed) expect(opened).toEqual(dataKey);
    else expect(opened.message).toContain('SOPS_HCVAULT_ALLOWLIST');
  });
});

describe('a ServiceAccount', () => {
  const jwt = tokenSaying({ sub: 'system:serviceaccount:apps:sops', exp: 4_000_000_000 });
  const who = { namespace: 'apps', name: 'sops' };
  const instances = parseVaultInstances(`instances:
- address: ${address}
  loginPath: ns1/auth/kubernetes/login
- {address: "https://other.example", loginPath: auth/jwt/login}
`);
  const loginRoute = 'PUT vault.example:8200/v1/ns1/auth/kubernetes/login';
  const audiences: (readonly string[])[] = [];
  const service = () => {
    audiences.length = 0;
    return vaultTransit({ login: vaultLogin(cloudOf(jwt, audiences), who, instances) }, servers.http);
  };

  test('logs in for the role of its name, with a token for that server, once', async () => {
    transit('hvs.of-the-role');
    servers.on(loginRoute, ({ body }) =>
      body === JSON.stringify({ role: 'apps_sops', jwt })
        ? { auth: { client_token: 'hvs.of-the-role', lease_duration: 3600 } }
        : 403,
    );
    const one = service();
    expect(await one.dataKey(key)).toEqual(dataKey);
    expect(await one.dataKey(key)).toEqual(dataKey);
    expect(audiences).toEqual([[address]]);
    expect(servers.routes()).toEqual([loginRoute, decryptRoute, decryptRoute]);
  });

  test('logs in anew when its token was revoked', async () => {
    let logins = 0;
    servers.on(loginRoute, () => ({ auth: { client_token: `hvs.${++logins}`, lease_duration: 3600 } }));
    transit('hvs.1');
    const one = service();
    await one.dataKey(key);
    transit('hvs.2');
    expect(await one.dataKey(key)).toEqual(dataKey);
    transit('hvs.9');
    await expect(one.dataKey(key)).rejects.toThrow('permission denied');
    expect(logins).toBe(3);
  });

  test('does not log in at a server that the ConfigMap does not name', async () => {
    await expect(service().dataKey({ ...key, address: 'https://evil.example' })).rejects.toThrow(
      'the ConfigMap of --sops-vault-configmap has no loginPath for https://evil.example',
    );
    expect([servers.asked, audiences]).toEqual([[], []]);
  });

  test('that may not log in is told so without its token', async () => {
    servers.on(loginRoute, ({ body }) => ({ status: 403, body: { errors: [`permission denied: ${body}`] } }));
    const failed = await service()
      .dataKey(key)
      .catch(error => error);
    expect(failed.message).toContain(
      'role apps_sops cannot log in at ns1/auth/kubernetes/login: vault.example:8200 answers 403',
    );
    expect(inspect(failed, { depth: 9, showHidden: true })).not.toContain(jwt);
  });
});

describe('config.yaml', () => {
  test.each(['', '{}', 'instances:', 'instances: []'])('may be empty: %j', text => {
    expect(parseVaultInstances(text).size).toBe(0);
  });

  test.each([
    ['[]', 'instances must be a list'],
    ['instances: {}', 'instances must be a list'],
    ['instances: [x]', 'instances[0] must have an address and a loginPath'],
    ['instances: [{address: a, loginPath: b}, {address: a}]', 'instances[1] must have'],
    ['instances: [', 'config.yaml:1'],
  ])('is not %j', (text, message) => {
    expect(() => parseVaultInstances(text)).toThrow(message);
  });
});
