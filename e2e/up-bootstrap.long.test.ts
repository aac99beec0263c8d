import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '@millrace/git';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloneOf } from './fleet.ts';
import { millrace } from './process.ts';

const author: [string, string][] = [
  ['user.name', 'A user'],
  ['user.email', 'user@example.com'],
];

/** What stands in the place of github.com/stefanprodan/podinfo. */
const podinfo = {
  'kustomize/kustomization.yaml': 'resources: [deployment.yaml]\n',
  'kustomize/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: podinfo}
spec:
  selector: {matchLabels: {app: podinfo}}
  template:
    metadata: {labels: {app: podinfo}}
    spec: {containers: [{name: podinfo, image: example.com/podinfo:1}]}
`,
};

let folder: string;
const ending: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-up-bootstrap-'));
});
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

/** Type a line, and see it end well. Returns what it has printed. */
async function typed(line: string, env: Record<string, string> = {}): Promise<string> {
  const run = millrace(line.split(' '), { env, cwd: folder });
  expect(await run.ended, `${line}:\n${run.output()}`).toBe(0);
  return run.output();
}

async function repositoryOf(path: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  const signal = AbortSignal.timeout(10_000);
  for (const args of [
    ['init', '--quiet', '--initial-branch=master'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'Podinfo'],
  ])
    await git({ args: ['-C', path, ...args], what: 'unable to make it', settings: author, signal });
}

describe('what a newcomer types', () => {
  test('works without an account, line by line', { timeout: 120_000 }, async () => {
    const remote = 'https://github.com/stefanprodan/podinfo';
    await repositoryOf(join(folder, 'podinfo'), podinfo);
    const up = millrace(['up', '--empty', '--in-memory', '--map', `${remote}=${join(folder, 'podinfo')}`], {
      cwd: folder,
    });
    ending.push(() => up.stop());
    const [, kubeconfig = ''] = await up.saw(/export KUBECONFIG=(\S+)/);
    const [, token = '', user = '', host = ''] = await up.saw(
      /export GITHUB_TOKEN=(\S+) GITHUB_USER=(\S+) MILLRACE_GITHUB=(\S+)/,
    );
    const env = { KUBECONFIG: kubeconfig, GITHUB_TOKEN: token, MILLRACE_GITHUB: host };
    expect(await typed('check --pre', env)).toContain('✔ prerequisites checks passed');
    const place = `--owner=${user} --repository=fleet-infra --branch=main --path=./clusters/my-cluster`;
    const said = await typed(`bootstrap github ${place} --personal`, env);
    expect(said).toContain('✔ all components are healthy');
    expect(said).not.toContain(token);

    const clone = await cloneOf(`${host.replace('://', `://git:${token}@`)}/${user}/fleet-infra.git`);
    ending.push(() => rm(clone.path, { recursive: true, force: true }));
    const source = await typed(`create source git podinfo --url=${remote} --branch=master --export`, env);
    const spec = '--target-namespace=default --source=podinfo --path=./kustomize --prune=true --wait=true';
    const kustomization = await typed(`create kustomization podinfo ${spec} --interval=30m --export`, env);
    await clone.push('Add podinfo', {
      'clusters/my-cluster/podinfo-source.yaml': source,
      'clusters/my-cluster/podinfo-kustomization.yaml': kustomization,
    });
    await up.saw(/Kustomization\/podinfo ready/);
    expect(await typed('get kustomizations', env)).toMatch(/podinfo\s+master@sha1:\w+\s+False\s+True/);
    expect(await typed('suspend kustomization podinfo', env)).toContain('✔ kustomization suspended');
    expect(await typed('resume kustomization podinfo', env)).toContain('reconciliation completed');
    expect(await typed('check', env)).toContain('✔ bootstrapped: true');
  });
});

describe('up --bootstrap', () => {
  test('makes a fleet that manages itself, and goes on from it', { timeout: 120_000 }, async () => {
    const first = await typed('up --bootstrap --once --data-dir data --path clusters/one');
    expect(first).toContain('✔ committed sync manifests to "main"');
    expect(first).toContain('✔ 2 sources and Kustomizations are ready');
    const resumed = await typed('up --once --data-dir data');
    expect(resumed).not.toContain('bootstrap');
    expect(resumed).toContain('✔ 2 sources and Kustomizations are ready');
    const second = await typed('up --bootstrap --once --data-dir data --path clusters/one');
    expect(second).toContain('✔ component manifests are up to date');
    expect(second).toContain('✔ sync manifests are up to date');
    expect(second).toContain('✔ 2 sources and Kustomizations are ready');
  });

  test.each([
    ['up --bootstrap .', /leave the folder out/],
    ['up --empty --bootstrap', /--empty leaves the bootstrap to you/],
  ])('%s is refused', async (line, why) => {
    const run = millrace(line.split(' '), { cwd: folder });
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(why);
  });
});
