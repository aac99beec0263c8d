import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ConnectionOptions, connection } from './connection.ts';
import { isCertificateProblem, whyUnreachable } from './why-unreachable.ts';

const pem = (name: string) => readFileSync(new URL(`../../e2e/tls/${name}.pem`, import.meta.url), 'utf8');
const own = { key: pem('key'), cert: pem('cert') };
const ca = own.cert;

/** What is wrong with a request to a server over https. */
async function failureAt(
  server: Server | TlsServer | undefined,
  options: ConnectionOptions,
): Promise<unknown> {
  await new Promise<void>(resolve => (server ? server.listen(0, '127.0.0.1', resolve) : resolve()));
  const port = server ? (server.address() as AddressInfo).port : 9;
  const dispatcher = connection(options);
  onTestFinished(async () => {
    server?.close();
    await dispatcher.destroy();
  });
  return dispatcher.request({ origin: `https://127.0.0.1:${port}`, path: '/', method: 'GET' }).then(
    () => undefined,
    error => error,
  );
}

const serving = (options: object) => createTlsServer({ ...own, ...options });
const mutual = { ca, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' };

test.each<[string, () => Server | TlsServer | undefined, ConnectionOptions, string, boolean]>([
  ['has a certificate of nobody', () => serving({}), {}, 'self-signed certificate', true],
  [
    'speaks no version that we do',
    () => serving({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    { tls: { ca } },
    'TLS failed: ',
    true,
  ],
  ['speaks plain HTTP', () => createServer(), {}, 'TLS failed: ', false],
  ['wants to see a certificate', () => serving(mutual), { tls: { ca } }, 'TLS failed: ', true],
  ['is not there', () => undefined, {}, 'connect ECONNREFUSED 127.0.0.1:9', false],
])('a server that %s is told of in one line', async (_what, server, options, start, isOfCertificate) => {
  const failure = await failureAt(server(), options);
  expect(whyUnreachable(failure)).toMatch(/^[^\n]{8,100}$/);
  expect(whyUnreachable(failure).startsWith(start)).toBe(true);
  expect(whyUnreachable(failure)).not.toMatch(/:error:|\.c:\d|use-system-ca/);
  expect(isCertificateProblem(failure)).toBe(isOfCertificate);
});

test('what OpenSSL tells of its thread and its source is left out', () => {
  const said =
    '405D427A737F0000:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:../a.c:918:\n';
  const failure = Object.assign(new Error(said), {
    library: 'SSL routines',
    reason: 'ssl/tls alert bad certificate',
    code: 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
  });
  expect(whyUnreachable(failure)).toBe('TLS failed: ssl/tls alert bad certificate');
  expect(isCertificateProblem(failure)).toBe(true);
});
