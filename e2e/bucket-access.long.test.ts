import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import type { Bucket } from '@millrace/api';
import { type S3Server, startS3 } from '@millrace/bucket/testing';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isReady, readyOf, type System, startSystem } from './system.ts';

const apiVersion = 'source.toolkit.fluxcd.io/v1';
const keysOfRole = { accessKeyId: 'ASIAROLE', secretAccessKey: 'the secret of the role' };

const addressOf = (server: Server) => `127.0.0.1:${(server.address() as AddressInfo).port}`;
const listening = async (server: Server) => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
};
const credentials = `<Credentials><AccessKeyId>${keysOfRole.accessKeyId}</AccessKeyId><SecretAccessKey>${keysOfRole.secretAccessKey}</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>`;

/** Who asks for a bucket, and by which way. */
describe('a Bucket is reached', () => {
  let system: System;
  let plain: S3Server;
  let secure: S3Server;
  let sts: Server;
  let google: Server;
  let pem: Record<'ca' | 'cert' | 'key', string>;
  const forms: URLSearchParams[] = [];
  const made: ObjectRef[] = [];

  beforeAll(async () => {
    sts = await listening(
      createServer(async (request, response) => {
        const form = new URLSearchParams((await request.toArray()).join(''));
        forms.push(form);
        const action = form.get('Action');
        response.end(
          `<${action}Response><${action}Result>${credentials}</${action}Result></${action}Response>`,
        );
      }),
    );
    google = await listening(
      createServer((request, response) => {
        const item = { name: 'a.yaml', etag: 'CLyA', generation: '1', size: '1' };
        const isList = request.url?.startsWith('/storage/v1/b/fleet/o?');
        if (isList) response.end(JSON.stringify({ items: [item] }));
        else if (request.url?.includes('alt=media')) response.end('a');
        else response.writeHead(404).end();
      }),
    );
    system = await startSystem(
      ['--controllers', 'source-controller', '--feature-gates', 'ObjectLevelWorkloadIdentity=true'],
      { env: { AWS_ENDPOINT_URL: `http://${addressOf(sts)}`, STORAGE_EMULATOR_HOST: addressOf(google) } },
    );
    pem = certificatesIn(system.folder);
    plain = await startS3();
    secure = await startS3({
      ca: pem.ca,
      cert: pem.cert,
      key: pem.key,
      requestCert: true,
      rejectUnauthorized: false,
    });
    for (const server of [plain, secure]) server.put('fleet', 'a.yaml', 'a');
  }, 30_000);
  afterAll(async () => {
    for (const ref of made) await system.client.delete(ref, { as: 'own' }).catch(() => {});
    for (const ref of made) await system.until(ref, 'gone', object => object === undefined);
    await system.stop();
    await Promise.all([plain.stop(), secure.stop()]);
    for (const server of [sts, google]) server.close();
  });

  const put = (object: object) =>
    system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  const secret = (name: string, stringData: Record<string, string>) => {
    const data = Object.fromEntries(
      Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    return put({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: system.namespace }, data });
  };
  const settled = async (name: string, spec: Partial<Bucket['spec']>) => {
    const { namespace } = system;
    const ref = { apiVersion, kind: 'Bucket', namespace, name };
    made.push(ref);
    const whole = { interval: '1h', bucketName: 'fleet', endpoint: plain.endpoint, ...spec };
    await put({ apiVersion, kind: 'Bucket', metadata: { name, namespace }, spec: whole });
    const bucket = await system.until<Bucket>(
      ref,
      'settled',
      object => isReady(object) || readyOf(object)?.status === 'False',
    );
    return readyOf(bucket)?.message;
  };
  const stored = /^stored artifact: revision 'sha256:/;

  test('by TLS, with an authority of its own and a certificate of the client', async () => {
    await secret('tls', { 'ca.crt': pem.ca, 'tls.crt': pem.cert, 'tls.key': pem.key });
    const spec = { endpoint: secure.endpoint, certSecretRef: { name: 'tls' } };
    expect(await settled('tls', spec)).toMatch(stored);
    expect(await settled('no-tls', { endpoint: secure.endpoint })).toMatch(
      /cannot be reached: .*certificate/,
    );
  });

  test('through a proxy that wants a password', async () => {
    const asked: unknown[] = [];
    const proxy = await listening(
      createServer().on('connect', (request, client) => {
        asked.push(request.headers['proxy-authorization']);
        const [host = '', port] = (request.url ?? '').split(':');
        const through = connect(Number(port), host, () => {
          client.write('HTTP/1.1 200 OK\r\n\r\n');
          through.pipe(client).pipe(through);
        });
        for (const one of [client, through]) one.on('error', () => {});
      }),
    );
    await secret('proxy', { address: `http://${addressOf(proxy)}`, username: 'me', password: 'p@ss' });
    const spec = { endpoint: secure.endpoint, certSecretRef: { name: 'tls' } };
    expect(await settled('proxied', { ...spec, proxySecretRef: { name: 'proxy' } })).toMatch(stored);
    expect(asked).toContain(`Basic ${btoa('me:p@ss')}`);
    proxy.closeAllConnections();
    proxy.close();
  });

  test('by somebody of a directory', async () => {
    plain.login = keysOfRole;
    await secret('jane', { username: 'jane', password: 'of the directory' });
    const endpoint = `http://${addressOf(sts)}`;
    const login = { provider: 'ldap' as const, endpoint, secretRef: { name: 'jane' } };
    expect(await settled('ldap', { insecure: true, sts: login })).toMatch(stored);
    expect(forms.at(-1)?.get('LDAPUsername')).toBe('jane');
    await secret('nobody', { username: 'jane' });
    const spec = { insecure: true, sts: { ...login, secretRef: { name: 'nobody' } } };
    expect(await settled('no-ldap', spec)).toBe(
      "invalid 'nobody' secret data for 'ldap' STS provider: required fields username, password",
    );
  });

  test('by the role of a ServiceAccount', async () => {
    plain.login = keysOfRole;
    const role = 'arn:aws:iam::123456789012:role/reader';
    await put({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'reader',
        namespace: system.namespace,
        annotations: { 'eks.amazonaws.com/role-arn': role },
      },
    });
    const spec = { provider: 'aws' as const, insecure: true, serviceAccountName: 'reader' };
    expect(await settled('aws', { ...spec, region: 'eu-west-1' })).toMatch(stored);
    expect(forms.at(-1)?.get('RoleArn')).toBe(role);
    expect(await settled('no-region', spec)).toMatch(/^AWS authentication failed: .*no region is given/);
    const other = { ...spec, serviceAccountName: 'nobody', region: 'eu-west-1' };
    expect(await settled('no-account', other)).toMatch(/^AWS authentication failed: /);
  });

  test('with the keys of a Secret, and not with others', async () => {
    plain.login = keysOfRole;
    await secret('keys', { accesskey: keysOfRole.accessKeyId, secretkey: keysOfRole.secretAccessKey });
    await secret('other', { accesskey: keysOfRole.accessKeyId, secretkey: 'wrong' });
    const aws = { provider: 'aws' as const, insecure: true };
    expect(await settled('keys', { ...aws, secretRef: { name: 'keys' } })).toMatch(stored);
    expect(await settled('other', { ...aws, secretRef: { name: 'other' } })).toMatch(
      /^failed to confirm existence of 'fleet' bucket: SignatureDoesNotMatch/,
    );
    expect(await settled('anonymous', { insecure: true })).toMatch(
      /^failed to confirm existence of 'fleet' bucket: AccessDenied/,
    );
  });

  test('at the emulator of Google that the environment names', async () => {
    expect(await settled('google', { provider: 'gcp' })).toMatch(stored);
    expect(await settled('no-google', { provider: 'gcp', bucketName: 'other' })).toBe(
      "bucket 'other' not found",
    );
  });
});

/** An authority, and a certificate of it for this machine. */
function certificatesIn(folder: string): Record<'ca' | 'cert' | 'key', string> {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=ca', '-days', '2');
  openssl(
    ...['req', '-x509', ...ec, '-keyout', 'tls.key', '-out', 'tls.crt', '-subj', '/CN=localhost'],
    ...['-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '2', '-addext', 'subjectAltName=IP:127.0.0.1'],
  );
  const read = (name: string) => readFileSync(file(name), 'utf8');
  return { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key') };
}
