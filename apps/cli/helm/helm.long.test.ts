import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

interface Result {
  code: number;
  out: string;
  err: string;
}

let folder: string;

/** Run the program to its end, in the folder of these tests, with no kubeconfig. */
function helm(...args: string[]): Promise<Result> {
  const env = { ...process.env, HOME: folder, KUBECONFIG: '', HELM_NAMESPACE: '' };
  return new Promise(resolve => {
    execFile(process.execPath, [main, 'helm', ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-helm-'));
  write({
    'web/Chart.yaml':
      'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "7"\nicon: https://example.com/i.svg\n',
    'web/README.md': '# Web\n',
    'web/values.yaml': '# How many.\nreplicas: 1\n',
    'web/values.schema.json': '{"properties": {"replicas": {"type": "integer"}}}',
    'web/crds/mill.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n',
    'web/templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  replicas: {{ .Values.replicas | quote }}
  kubernetes: {{ .Capabilities.KubeVersion }}
`,
    'web/templates/job.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: check
  annotations:
    helm.sh/hook: test
`,
    'deep/Chart.yaml': 'apiVersion: v2\nname: deep\nversion: 1.0.0\n',
    'deep/templates/down.yaml':
      '{{ define "down" }}{{ if gt (int .) 0 }}{{ include "down" (sub (int .) 1) }}{{ else }}bottom{{ end }}{{ end }}at: {{ include "down" 950 }}\n',
    'more.yaml': 'replicas: 2\n',
    'bad.yaml': 'replicas: [\n',
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = (replicas: number, namespace = 'default') => `---
# Source: web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: mine
  namespace: ${namespace}
data:
  replicas: "${replicas}"
  kubernetes: v1.36.2
`;

describe('helm template', () => {
  test('prints manifests, hooks at the end', async () => {
    const { code, out, err } = await helm('template', 'mine', './web', '--kube-version', '1.36.2');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`${config(1)}---
# Source: web/templates/job.yaml
apiVersion: batch/v1
kind: Job
metadata:
  name: check
  annotations:
    helm.sh/hook: test

`);
  });

  test('takes values in the order of precedence, whatever the order of the flags', async () => {
    const args = ['template', 'mine', 'web', '-n', 'shop', '--kube-version=1.36.2', '--skip-tests'];
    expect((await helm(...args, '--set', 'replicas=3', '-f', 'more.yaml')).out).toBe(config(3, 'shop'));
    expect((await helm(...args, '-f', 'more.yaml')).out).toBe(config(2, 'shop'));
  });

  test('writes a file for each template', async () => {
    const { out } = await helm('template', 'mine', 'web', '--output-dir', 'out', '--include-crds');
    expect(out.split('\n').slice(0, 3)).toEqual([
      'wrote out/web/crds/mill.yaml',
      'wrote out/web/templates/config.yaml',
      'wrote out/web/templates/job.yaml',
    ]);
    expect(readFileSync(join(folder, 'out/web/templates/config.yaml'), 'utf8')).toContain('name: mine\n');
  });

  test('goes as deep as Helm, past what the stack of one thread holds', async () => {
    expect((await helm('template', 'mine', 'deep')).out).toContain('at: bottom\n');
  });

  test.each([
    [['x', './nowhere'], 'path "./nowhere" not found'],
    [['UPPER', 'web'], 'release name check failed: release name "UPPER": invalid release name'],
    [['x', 'web', '-s', 'templates/none.yaml'], 'could not find template templates/none.yaml in chart'],
    [['x', 'web', '--kube-version', 'new'], `invalid kube version 'new': could not parse "new" as version`],
    [['x', 'web', '--set', 'a[x]=1'], 'failed parsing --set data: error parsing index'],
    [['x', 'web', '-f', 'none.yaml'], 'open none.yaml: no such file or directory'],
    [['x', 'web', '-f', 'bad.yaml'], 'failed to parse bad.yaml: '],
    [['x', 'web', '--set', 'replicas=many'], "- at '/replicas': got string, want integer"],
    [['x', 'web', 'y'], 'expected at most two arguments, unexpected arguments: y'],
  ])('%j is refused', async (args, message) => {
    const { code, out, err } = await helm('template', ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^Error: /);
    expect(err).toContain(message);
  });

  test('a folder of a chart that leads into itself is refused', async () => {
    write({ 'loop/Chart.yaml': 'apiVersion: v2\nname: loop\nversion: 1.0.0\n' });
    symlinkSync('..', join(folder, 'loop', 'again'));
    expect((await helm('template', 'x', 'loop')).err).toContain(
      'the link leads to a folder that it is in itself',
    );
  });
});

test('helm show tells what a chart says of itself', async () => {
  expect((await helm('show', 'chart', 'web')).out).toBe(
    'apiVersion: v2\nappVersion: "7"\nicon: https://example.com/i.svg\nname: web\nversion: 1.2.3\n\n',
  );
  expect((await helm('show', 'values', 'web')).out).toBe('# How many.\nreplicas: 1\n\n');
  expect((await helm('show', 'readme', 'web')).out).toBe('# Web\n\n');
  expect((await helm('show', 'crds', 'web')).out).toBe(
    '---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\n',
  );
});

test('helm package packs what helm template reads', async () => {
  const { code, out } = await helm('package', 'web', '--version', '2.0.0', '-d', 'packed');
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^Successfully packaged chart and saved it to: .*packed\/web-2\.0\.0\.tgz\n$/),
  ]);
  expect((await helm('show', 'chart', 'packed/web-2.0.0.tgz')).out).toContain('version: 2.0.0\n');
  const args = ['--kube-version', '1.36.2', '--no-hooks'];
  expect((await helm('template', 'mine', 'packed/web-2.0.0.tgz', ...args)).out).toBe(config(1));
});

test('helm lint says what is wrong, and fails for errors', async () => {
  const fine = await helm('lint', 'web');
  expect([fine.code, fine.out]).toEqual([0, '==> Linting web\n\n1 chart(s) linted, 0 chart(s) failed\n']);
  write({ 'ill/Chart.yaml': 'apiVersion: v2\nname: ill\n' });
  const ill = await helm('lint', 'ill');
  expect(ill.code).toBe(1);
  expect(ill.out).toContain('[ERROR] Chart.yaml: version is required\n');
  expect(ill.err).toBe('Error: 1 chart(s) linted, 1 chart(s) failed\n');
});

describe('flags of helm that change nothing', () => {
  test.each([
    ['--skip-crds'],
    ['--skip-crds=true'],
    ['--wait'],
    ['--wait=legacy'],
    ['--dry-run'],
    ['--dry-run=client'],
    ['--server-side=false'],
    ['--create-namespace', '--atomic', '--timeout', '1m', '--description', 'x', '-l', 'a=b,c=d'],
    [
      '--version',
      '9.9.9',
      '--kube-context',
      'x',
      '--qps',
      '1',
      '--insecure-skip-tls-verify',
      '--keyring',
      'x',
    ],
  ])('%j', async (...flags) => {
    const { code, out, err } = await helm('template', ...flags, 'release', 'web');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('name: release');
    expect(out).not.toContain('CustomResourceDefinition');
  });

  test.each([
    [['--dry-run=server'], 'Allowed choices are client, none'],
    [['--wait=x'], 'Allowed choices are watcher, hookOnly, legacy'],
    [['--labels', 'ab'], 'ab must be formatted as key=value'],
    [['--post-renderer', 'x'], '--post-renderer is not supported'],
    [['--validate'], '--validate is not supported'],
    [['--verify'], '--verify is not supported'],
  ])('%j would change what is printed, and is refused', async (flags, words) => {
    const { code, out, err } = await helm('template', ...flags, 'release', 'web');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(words);
  });
});

describe('a schema behind a URL that cannot be had', () => {
  test.each([
    ['http://127.0.0.1:9/types.json', 'connection refused'],
    ['http://nosuchhost.invalid/types.json', 'no such host'],
    ['ftp://example.com/types.json', 'no URLLoader registered'],
    ['file:///nowhere/types.json', 'open /nowhere/types.json: no such file or directory'],
    ['/dev', 'it is no regular file'],
  ])('%s: the reason is %s', async (url, reason) => {
    write({
      'far/Chart.yaml': 'apiVersion: v2\nname: far\nversion: 1.0.0\n',
      'far/values.yaml': 'a: 1\n',
      'far/values.schema.json': JSON.stringify({ properties: { a: { $ref: url } } }),
    });
    const { code, err } = await helm('template', 'release', 'far');
    expect(code).toBe(1);
    expect(err).toContain('failing loading');
    expect(err).toContain(reason);
  });

  test('an answer that is an error, or no JSON, is told of', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/page' });
      response.statusCode = request.url === '/gone' ? 404 : response.statusCode;
      response.end('<html>');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      for (const [path, reason] of [
        ['gone', 'the server answers 404 (Not Found)'],
        ['moved', 'what is there is no JSON'],
      ]) {
        const url = `http://127.0.0.1:${port}/${path}`;
        write({ 'far/values.schema.json': JSON.stringify({ properties: { a: { $ref: url } } }) });
        expect((await helm('template', 'release', 'far')).err).toContain(reason);
      }
    } finally {
      await new Promise(resolve => server.close(resolve));
    }
  });
});
