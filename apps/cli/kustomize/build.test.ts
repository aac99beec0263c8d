import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startGitServer } from '@millrace/cluster';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { run } from '../program.ts';

let folder: string;
let out: string;
let err: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-kustomize-'));
  out = err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += text;
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation(text => {
    err += `${text}\n`;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const configMap = (name: string, namespace = 'apps') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n`;

function write(files: Record<string, string>, root = folder): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const build = (...args: string[]) => run(['kustomize', 'build', ...args]);

describe('millrace kustomize build', () => {
  test('prints the objects of a directory, bases above it included', async () => {
    write({
      'base/kustomization.yaml': 'resources: [a.yaml]',
      'base/a.yaml': configMap('a'),
      'over/kustomization.yaml': 'resources: [../base]\nnamePrefix: p-',
    });
    expect(await build(join(folder, 'over'))).toBe(0);
    expect(out).toBe(configMap('p-a'));
    expect(err).toBe('');
  });

  test('writes one file, or a file an object into a directory', async () => {
    write({
      'kustomization.yaml': 'resources: [a.yaml]',
      'a.yaml': `${configMap('a')}---\n${configMap('B', 'zoo')}`,
    });
    mkdirSync(join(folder, 'out'));
    expect(await build(folder, '-o', join(folder, 'out'))).toBe(0);
    expect(await build(folder, '--output', join(folder, 'all.yaml'))).toBe(0);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'apps_v1_configmap_a.yaml',
      'zoo_v1_configmap_b.yaml',
    ]);
    expect(readFileSync(join(folder, 'all.yaml'), 'utf8')).toBe(
      `${configMap('a')}---\n${configMap('B', 'zoo')}`,
    );
    expect(out).toBe('');
  });

  test('fails with 1, nothing printed and the file named', async () => {
    write({ 'kustomization.yaml': 'resources: [nope.yaml]' });
    expect(await build(folder)).toBe(1);
    expect(out).toBe('');
    expect(err).toBe(
      `✗ ${folder}/kustomization.yaml: resources[0]: there is no file or directory nope.yaml\n`,
    );
  });

  test.each([
    [['nowhere'], 'there is no directory nowhere'],
    [
      ['--load-restrictor', 'Some', '.'],
      'Allowed choices are LoadRestrictionsRootOnly, LoadRestrictionsNone',
    ],
    [['a', 'b'], 'accepts 1 arg(s), received 2'],
    [['--enable-helm', '.'], '--enable-helm is not supported: Helm charts are not inflated here'],
    [['--helm-command', 'helm3', '.'], '--helm-command is not supported'],
    [['--enable-alpha-plugins', '.'], '--enable-alpha-plugins is not supported: programs and containers'],
    [['--enable-exec', '.'], '--enable-exec is not supported'],
    [['--network', '.'], '--network is not supported'],
    [['-e', 'A=b', '.'], '--env is not supported'],
    [['--mount', 'x', '.'], '--mount is not supported'],
    [['--as-current-user', '.'], '--as-current-user is not supported'],
    [['git@example.com:org/repo//a'], 'over HTTP and HTTPS only'],
  ])('refuses %j', async (args, words) => {
    expect(await build(...args)).toBe(1);
    expect(err).toContain(words);
  });

  test('a file outside, or a link to one, needs --load-restrictor LoadRestrictionsNone', async () => {
    write({
      'one/kustomization.yaml': 'resources: [../a.yaml]',
      'two/kustomization.yaml': 'resources: [link.yaml]',
      'a.yaml': configMap('a'),
    });
    symlinkSync('../a.yaml', join(folder, 'two/link.yaml'));
    for (const name of ['one', 'two']) {
      expect(await build(join(folder, name))).toBe(1);
      expect(err).toContain('a kustomization may read files below itself only');
      expect(await build('--load-restrictor', 'LoadRestrictionsNone', join(folder, name))).toBe(0);
      expect(out).toContain('name: a');
      out = err = '';
    }
  });

  test('warns of what is deprecated on standard error', async () => {
    write({ 'kustomization.yaml': 'resources: [a.yaml]\ncommonLabels: {a: b}', 'a.yaml': configMap('a') });
    expect(await build(folder, '--enable-managedby-label', '--reorder', 'none')).toBe(0);
    expect(err).toContain("'commonLabels' is deprecated");
    expect(err).toContain('--reorder is deprecated');
    expect(out).toContain('app.kubernetes.io/managed-by: kustomize-v5.8.1');
  });

  test('warns of a key that is given twice, and refuses it with --strict', async () => {
    write({
      'kustomization.yaml': 'resources: [a.yaml]\nnamePrefix: a-\nnamePrefix: b-',
      'a.yaml': configMap('a'),
    });
    expect(await build(folder)).toBe(0);
    expect(out).toContain('name: b-a');
    expect(err).toContain('the key "namePrefix" is given twice, on lines 2 and 3: the last one counts');
    expect(await build('--strict', folder)).toBe(1);
    expect(err).toContain('kustomization.yaml:3: the key "namePrefix" is given twice; first on line 2');
  });

  test('numbers beyond 2^53 are printed in full', async () => {
    write({
      'kustomization.yaml': 'resources: [a.yaml]',
      'a.yaml': `${configMap('a')}n: 9007199254740993\n`,
    });
    expect(await build(folder)).toBe(0);
    expect(out).toContain('"n": 9007199254740993\n');
  });
});

describe('remote bases', () => {
  test('come from Git at the ref that is asked for, and may have bases of their own', async () => {
    const work = join(folder, 'work');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', work, ...args]);
    write({ 'base/kustomization.yaml': 'resources: [a.yaml]', 'base/a.yaml': configMap('first') }, work);
    write({ 'over/kustomization.yaml': 'resources: [../base]\nnameSuffix: -far' }, work);
    git('init', '--quiet', '--initial-branch=main');
    for (const name of ['first', 'second']) {
      write({ 'base/a.yaml': configMap(name) }, work);
      git('add', '.');
      git('commit', '--quiet', '-m', name);
      git('tag', name);
    }
    const server = await startGitServer({ root: join(folder, 'repositories') });
    try {
      const url = server.mount('org/repo', work);
      write({ 'k/kustomization.yaml': `resources: ["${url}//over?ref=first"]\nnamePrefix: p-` });
      expect(await build(join(folder, 'k'))).toBe(0);
      expect(out).toBe(configMap('p-first-far'));
      out = '';
      expect(await build(`${url}//over`)).toBe(0);
      expect(out).toBe(configMap('second-far'));
      expect(await build(`${url}//over?ref=none`)).toBe(1);
      expect(err).toContain('✗ ');
    } finally {
      await server.stop();
    }
  });

  test('are files over HTTP, and a missing one is an error', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/a.yaml' ? 200 : 404;
      response.end(configMap('a'));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      write({ 'kustomization.yaml': `resources: [${url}/a.yaml]` });
      expect(await build(folder)).toBe(0);
      expect(out).toBe(configMap('a'));
      write({ 'kustomization.yaml': `resources: [${url}/b.yaml]` });
      expect(await build(folder)).toBe(1);
      expect(err).toContain(`unable to load ${url}/b.yaml: the server answers 404`);
    } finally {
      await new Promise(resolve => server.close(resolve));
    }
  });
});
