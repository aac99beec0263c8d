import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { customResourceDefinition, kinds } from '@millrace/api';
import { delay, kubeClient, loadConnection } from '@millrace/kube';
import { casesWith, forOthers } from './cases/index.ts';
import { startIssuer } from './issuer.ts';
import { looked, play, type Recorded, saidBy, settled, setUp } from './stage.ts';

/**
 * Makes golden/answers.json: `node e2e/receivers/record.ts --kubeconfig FILE --controller PROGRAM`, where PROGRAM is
 * notification-controller v1.9.3, built from its source, and the cluster has nothing else in it. What it asks Google
 * for comes from this machine: by a proxy, and under a certificate of an authority that it is told to trust.
 */
const options = { kubeconfig: { type: 'string' }, controller: { type: 'string' } } as const;
const { kubeconfig, controller } = parseArgs({ options }).values;
if (!kubeconfig || !controller) throw new Error('--kubeconfig and --controller are needed');

const port = 19_292;
const folder = await mkdtemp(join(tmpdir(), 'receivers-'));
const client = kubeClient(loadConnection({ path: kubeconfig }));
for (const kind of kinds)
  await client.apply(customResourceDefinition(kind), { as: 'own', fieldManager: 'stage', force: true });
await delay(3000);
const issuer = await startIssuer();
await setUp(client, issuer.url);
const proxy = await startGoogle();

const run = async (flags: string[], record: () => Promise<void>): Promise<void> => {
  const addresses = [`--receiverAddr=:${port}`, '--events-addr=:19090', '--health-addr=:19440'];
  const running = spawn(controller, [...addresses, '--metrics-addr=:18088', ...flags], {
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      RUNTIME_NAMESPACE: 'default',
      HTTPS_PROXY: proxy,
      SSL_CERT_FILE: join(folder, 'google.crt'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise(resolve => running.on('exit', resolve));
  try {
    await record();
  } finally {
    running.kill();
    await ended;
  }
};

let answers: Recorded = {};
let withoutOthers: Recorded = {};
await run([], async () => {
  await settled(client);
  // A status is written in several parts.
  await delay(2000);
  answers = await play(client, port, await looked(client), casesWith(issuer));
});
const said = await saidBy(client, await looked(client), issuer.url);
await run(['--no-cross-namespace-refs'], async () => {
  await delay(3000);
  withoutOthers = await play(client, port, await looked(client), forOthers);
});
const recorded = { version: 'notification-controller v1.9.3', answers, withoutOthers, said };
const file = new URL('golden/answers.json', import.meta.url);
await writeFile(file, `${JSON.stringify(recorded, null, 1)}\n`);
await rm(folder, { recursive: true });
process.exit(0);

/** Whatever host is asked for through it: keys are those of the issuer. */
async function startGoogle(): Promise<string> {
  const [key, cert] = [join(folder, 'google.key'), join(folder, 'google.crt')];
  const names = 'subjectAltName=DNS:www.googleapis.com,DNS:www.gstatic.com';
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=google'];
  execFileSync('openssl', [...request, '-addext', names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const google = createSecureServer(
    { key: await readFile(key), cert: await readFile(cert) },
    (_, response) => {
      void fetch(`${issuer.url}/keys`).then(async keys => response.end(await keys.text()));
    },
  );
  await new Promise<void>(resolve => google.listen(0, '127.0.0.1', resolve));
  const way = createProxy();
  way.on('connect', (_, socket) => {
    const to = connect((google.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      to.pipe(socket).pipe(to);
    });
    to.on('error', () => socket.destroy());
    socket.on('error', () => to.destroy());
  });
  await new Promise<void>(resolve => way.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(way.address() as AddressInfo).port}`;
}
