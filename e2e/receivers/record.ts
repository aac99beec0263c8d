import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { customResourceDefinition, kinds } from '@millrace/api';
import { delay, kubeClient, loadConnection } from '@millrace/kube';
import { casesWith } from './cases.ts';
import { startIssuer } from './issuer.ts';
import { looked, play, saidBy, settled, setUp } from './stage.ts';

/**
 * Makes golden/answers.json: `node e2e/receivers/record.ts --kubeconfig FILE --controller PROGRAM`, where PROGRAM is
 * notification-controller v1.9.3, built from its source, and the cluster has nothing else in it.
 */
const options = { kubeconfig: { type: 'string' }, controller: { type: 'string' } } as const;
const { kubeconfig, controller } = parseArgs({ options }).values;
if (!kubeconfig || !controller) throw new Error('--kubeconfig and --controller are needed');

const port = 19_292;
const client = kubeClient(loadConnection({ path: kubeconfig }));
for (const kind of kinds)
  await client.apply(customResourceDefinition(kind), { as: 'own', fieldManager: 'stage', force: true });
await delay(3000);
const issuer = await startIssuer();
await setUp(client, issuer.url);
const addresses = [
  `--receiverAddr=:${port}`,
  '--events-addr=:19090',
  '--health-addr=:19440',
  '--metrics-addr=:18088',
];
const running = spawn(controller, addresses, {
  env: { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: 'default' },
  stdio: ['ignore', 'inherit', 'inherit'],
});
try {
  await settled(client);
  // A status is written in several parts.
  await delay(2000);
  const found = await looked(client);
  const answers = await play(client, port, found, casesWith(issuer));
  const recorded = { version: 'notification-controller v1.9.3', answers, said: saidBy(found, issuer.url) };
  const file = new URL('golden/answers.json', import.meta.url);
  await writeFile(file, `${JSON.stringify(recorded, null, 1)}\n`);
} finally {
  running.kill();
  await issuer.close();
  await client.close();
}
