import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The host of a registry of AWS, and the login that its API gives out. */
export const ecrHost = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
export const ecrLogin = { username: 'AWS', password: 'a password of ECR' };

export const keysOfDirectory = { accessKeyId: 'ASIAROLE', secretAccessKey: 'the secret of the role' };

export const portOf = (server: Server) => (server.address() as AddressInfo).port;

export async function listening<S extends Server>(server: S): Promise<S> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** An authority, and a certificate of it for this machine and the registry of AWS. */
export function certificates(folder: string): Record<'ca' | 'cert' | 'key', string> {
  const [ca, caKey, cert, key] = ['ca.crt', 'ca.key', 'x.crt', 'x.key'].map(name => join(folder, name));
  const made = (out: string[], subject: string, more: string[] = []) =>
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
        .concat(['-out', out[0]!, '-keyout', out[1]!, '-subj', subject])
        .concat(more),
      { stdio: 'ignore' },
    );
  made([ca!, caKey!], '/CN=ca');
  const names = `subjectAltName=IP:127.0.0.1,DNS:${ecrHost}`;
  made([cert!, key!], '/CN=x', ['-CA', ca!, '-CAkey', caKey!, '-addext', names]);
  return {
    ca: readFileSync(ca!, 'utf8'),
    cert: readFileSync(cert!, 'utf8'),
    key: readFileSync(key!, 'utf8'),
  };
}

/** A proxy behind which the registry of AWS is at a port of this machine. */
export function proxyTo(port: () => number): Server {
  return createServer().on('connect', (request, client) => {
    if (request.url !== `${ecrHost}:443`) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const through = connect(port(), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    const both = [pipeline(client, through), pipeline(through, client)];
    for (const one of both) one.catch(() => through.destroy());
  });
}

/** The API of ECR, as it is documented: GetAuthorizationToken. */
export function ecrApi(): Server {
  return createServer((request, response) => {
    const isToken = `${request.headers['x-amz-target']}`.endsWith('.GetAuthorizationToken');
    if (!isToken) return response.writeHead(400).end('{}');
    const authorizationToken = btoa(`${ecrLogin.username}:${ecrLogin.password}`);
    const authorizationData = [{ authorizationToken, expiresAt: Date.now() / 1000 + 3600 }];
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ authorizationData }));
  });
}

/** STS of MinIO for who is in a directory. */
export function directory(tls: { cert: string; key: string }): Server {
  const { accessKeyId, secretAccessKey } = keysOfDirectory;
  const action = 'AssumeRoleWithLDAPIdentity';
  return createTlsServer(tls, async (request, response) => {
    await request.resume().toArray();
    response.end(
      `<${action}Response><${action}Result><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></${action}Result></${action}Response>`,
    );
  });
}

/** The paths of the files in an archive, as tar finds them. */
export async function filesAt(url: string): Promise<string[]> {
  const input = Buffer.from(await (await fetch(url)).arrayBuffer());
  const listed = execFileSync('tar', ['tvz'], { input, encoding: 'utf8' }).split('\n');
  return listed.filter(line => line.startsWith('-')).map(line => line.split(' ').at(-1) ?? '');
}
