import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@millrace/cluster';
import { expect, test } from 'vitest';
import { inOrder, masked, session } from './helm-cli/session.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const golden = here('helm-cli/golden/session.txt');

/** MILLRACE_RECORD_HELM names the helm program that makes the golden file. */
const recorder = process.env.MILLRACE_RECORD_HELM;

test('a session of helm is the same with millrace helm', async () => {
  const cluster = await startCluster({ inMemory: true });
  const kubeconfig = join(tmpdir(), `millrace-helm-cli-${process.pid}`);
  writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  try {
    let said = '';
    for (const line of session) said += `$ helm ${line}\n${await typed(line, kubeconfig)}\n`;
    const text = inOrder(masked(said));
    if (recorder) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  } finally {
    await cluster.stop();
  }
});

/** What a command prints and how it ends. */
async function typed(line: string, kubeconfig: string): Promise<string> {
  const args = [...line.split(' '), '--namespace', 'shop'];
  const ours = ['--no-warnings', here('../apps/cli/main.ts'), 'helm', ...args];
  const child = spawn(recorder ?? process.execPath, recorder ? args : ours, {
    cwd: here('helm-cli'),
    env: { PATH: process.env.PATH, HOME: '/nowhere', KUBECONFIG: kubeconfig, TZ: 'UTC', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text: string[] = ['', ''];
  for (const [i, output] of [child.stdout, child.stderr].entries())
    output.setEncoding('utf8').on('data', part => {
      text[i] += part;
    });
  const [code] = (await once(child, 'close')) as [number];
  return `${text.join('')}-> ${code}\n`;
}
