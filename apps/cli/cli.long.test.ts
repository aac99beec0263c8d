import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAll } from '@millrace/yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { millrace } from '../../e2e/process.ts';
import { broken, fleet, lines, main, names, type SampleUp, sampleUp } from './testing/sample-up.ts';

let sample: SampleUp;
const run = (...args: string[]) => sample.run(...args);

beforeAll(async () => {
  sample = await sampleUp();
});
afterAll(() => sample?.stop());

describe('create', () => {
  test('makes a Secret of credentials that are given, and none of none', async () => {
    for (const [name, secrets, ...login] of [
      ['open-charts', []],
      ['own-charts', ['helm-own-charts'], '--username', 'kim', '--password', 'p'],
    ] as const) {
      const args = [name, '--url', 'oci://registry.example.com/charts', '-n', 'team', ...login];
      const { code, err } = await run('create', 'source', 'helm', ...args);
      expect(code, err).toBe(0);
      const { out } = await run('export', 'source', 'helm', name, '-n', 'team');
      expect([...out.matchAll(/secretRef:\n +name: (\S+)/g)].map(([, secret]) => secret)).toEqual(secrets);
      expect((await run('delete', 'source', 'helm', name, '-n', 'team', '-s')).code).toBe(0);
    }
  });
});

describe('events', () => {
  test('of one object are its own and those of its source', async () => {
    const { code, out } = await run('events', '--for', 'Kustomization/backend');
    expect(code).toBe(0);
    expect(lines(out)[0]).toMatch(/^LAST SEEN *\tTYPE *\tREASON *\tOBJECT *\tMESSAGE/);
    const objects = new Set(
      lines(out)
        .slice(1)
        .map(line => line.split('\t')[3]!.trim()),
    );
    objects.delete(''); // further lines of a message
    expect(objects).toEqual(new Set(['Kustomization/backend', 'GitRepository/flux-system']));
  });

  test('of a type are no others', async () => {
    const { out } = await run('events', '-A', '--types', 'warning');
    expect(out).toMatch(/^NAMESPACE/);
    expect(
      lines(out)
        .slice(1)
        .every(line => /^team *\t.*\tWarning *\t/.test(line)),
    ).toBe(true);
  });

  test('are none where nothing happened, which is no failure', async () => {
    expect(await run('events', '-n', 'empty')).toEqual({
      code: 0,
      out: '',
      err: '✗ No events found in empty namespace.\n',
    });
  });

  test('are shown as they come', async () => {
    const watching = millrace([
      'events',
      '-w',
      '--for',
      'GitRepository',
      '-n',
      'team',
      '--kubeconfig',
      sample.kubeconfig,
    ]);
    await run('resume', 'source', 'git', 'private', '--wait=false', '-n', 'team');
    await watching.saw(/GitRepository\/private/);
    await watching.stop();
    await run('suspend', 'source', 'git', 'private', '-n', 'team');
  });

  test.concurrent.each([
    [['--for', 'Pod/x'], "'Pod' is not a recognized Flux kind"],
    [['--for', '/x'], '--for selector must be of format <kind>[/<name>]'],
    [['--for', 'Kustomization/nope'], 'kustomizations.kustomize.toolkit.fluxcd.io "nope" not found'],
    [['--types', 'odd'], "type 'odd' not supported. Supported types are Normal, Warning"],
  ])('%j fails', async (args, reason) => {
    expect(await run('events', ...args)).toEqual({ code: 1, out: '', err: `✗ ${reason}\n` });
  });
});

describe('logs', () => {
  test('are those of the controllers that millrace up runs', async () => {
    const { code, out } = await run('logs', '--kind', 'kustomization', '--name', 'backend');
    expect(code).toBe(0);
    expect(lines(out).length).toBeGreaterThan(0);
    for (const line of lines(out)) expect(line).toMatch(/^\S+Z info Kustomization\/backend\.flux-system - /);
  });

  test('can be told by level, namespace, and how many lines', async () => {
    const { out } = await run('logs', '-A', '--level', 'error');
    expect(out).toMatch(/ error Kustomization\/broken\.team - .*missing/);
    expect((await run('logs', '--tail', '0')).out).toBe('');
    expect((await run('logs', '-n', 'empty')).out).toBe('');
  });

  test('need no cluster when the folder is named', async () => {
    const { code, out } = await run('logs', '--data-dir', 'data', '--kubeconfig', '/none', '--tail', '100');
    expect(code).toBe(0);
    expect(out).toContain('Kustomization/');
  });

  test.concurrent.each([
    [
      ['--level', 'loud'],
      'invalid argument "loud" for "--level" flag: unsupported log level \'loud\', must be one of: debug, info, error',
    ],
    [
      ['--since', 'yesterday'],
      'invalid argument "yesterday" for "--since" flag: time: invalid duration "yesterday"',
    ],
    [['--since', '1m', '--since-time', '2026-01-01T00:00:00Z'], 'at most one of'],
    [['--since-time', 'noon'], 'noon is not a valid (RFC3339) time'],
    [['--tail', 'ten'], 'invalid argument "ten" for "--tail" flag'],
    [['--data-dir', 'elsewhere'], 'elsewhere holds no controllers.log'],
  ])('%j fail', async (args, reason) => {
    const { code, err } = await run('logs', ...args);
    expect(code).toBe(1);
    expect(err).toContain(`✗ ${reason}`);
  });
});

describe('export', () => {
  test('prints what can be applied again', async () => {
    const { code, out } = await run('export', 'source', 'git', 'private', '-n', 'team', '--with-credentials');
    expect(code).toBe(0);
    expect(out).toBe(`---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  labels:
    stage: test
  name: private
  namespace: team
spec:
  interval: 1h0m0s
  secretRef:
    name: login
  suspend: true
  timeout: 1m0s
  url: https://127.0.0.1:1/none.git
---
apiVersion: v1
data:
  username: Z2l0
kind: Secret
metadata:
  name: login
  namespace: team
type: Opaque
`);
  });

  test('prints all of a namespace, and no credentials unless they are asked for', async () => {
    const all = parseAll((await run('export', 'ks', '--all')).out) as { metadata: { name: string } }[];
    expect(all.map(({ metadata }) => metadata.name)).toEqual(fleet);
    for (const object of all) expect(object).not.toHaveProperty('status');
    expect((await run('export', 'source', 'git', '--all', '-n', 'team')).out).not.toContain('Secret\n');
  });

  test('needs a name or --all, of something there', async () => {
    expect((await run('export', 'ks')).err).toBe('✗ name is required\n');
    expect(await run('export', 'ks', '--all', '-n', 'empty')).toMatchObject({
      code: 1,
      err: '✗ no objects found in empty namespace\n',
    });
  });
});

describe('whom the cluster is asked for', () => {
  const ofTeam = ['get', 'sources', 'git', '-n', 'team'];
  const developer = ['--as', 'kim', '--as-group', 'others', '--as-group', 'developers', '--as-uid', '7'];

  test.concurrent.each([
    [ofTeam, ['private']],
    [
      ['__complete', ...ofTeam, ''],
      ['private', ':4'],
    ],
  ])('%j is asked for a member of a group', async (words, expected) => {
    const [first = '', ...rest] = words;
    const { code, out } = await run(first, ...developer, '--as-user-extra', 'example.org/a=b', ...rest);
    expect(code).toBe(0);
    expect(lines(out).map(line => line.split('\t')[0]!.trim())).toEqual(expect.arrayContaining(expected));
  });

  test.concurrent.each([
    [[...ofTeam, '--as', 'kim'], 'User "kim" cannot list resource "gitrepositories"'],
    [['helm', 'list', '-n', 'team', '--as', 'kim'], 'User "kim" cannot list resource "secrets"'],
    [[...ofTeam, '--token', 'odd'], 'Unauthorized'],
    [[...ofTeam, '--tls-server-name', 'other.example'], "does not match certificate's altnames"],
  ])('%j fails', async (words, reason) => {
    const { code, err } = await run(...words);
    expect(code).toBe(1);
    expect(err).toContain(reason);
  });

  test("--ns-follows-kube-context takes the context's namespace, unless another is given", async () => {
    const ours = join(sample.folder, 'context.yaml');
    const text = await readFile(sample.kubeconfig, 'utf8');
    await writeFile(ours, text.replace(/( +)cluster: millrace\n/, '$&$1namespace: team\n'));
    const words = ['get', 'sources', 'git', '--kubeconfig', ours];
    expect(names(await run(...words))).toEqual(['flux-system']);
    expect(names(await run(...words, '--ns-follows-kube-context'))).toEqual(['private']);
    const given = await run(...words, '--ns-follows-kube-context', '-n', 'flux-system');
    expect(names(given)).toEqual(['flux-system']);
  });
});

describe('completion', () => {
  test.concurrent.each([
    [
      ['get', ''],
      ['sources\tShow sources', 'all\tShow the objects of all kinds, but for those that only make sources'],
    ],
    [['reconcile', 'ks', 'b'], ['backend']],
    [['suspend', 'ks', 'backend', ''], ['definitions']],
    [['get', 'sources', 'git', '-n', 'team', ''], ['private']],
    [['get', 'ks', '-n', 'te'], ['team']],
    [['get', 'ks', '--namespace=te'], ['--namespace=team']],
    [['reconcile', 'ks', '--wi'], ['--with-source\treconcile its source first']],
  ])('of %j offers what there is', async (words, some) => {
    const { code, out } = await run('__complete', ...words);
    expect(code).toBe(0);
    expect(lines(out)).toEqual(expect.arrayContaining([...some, ':4']));
  });

  test('leaves names of files to the shell', async () => {
    expect((await run('__complete', 'get', 'ks', '--kubeconfig', '')).out).toBe(':0\n');
  });

  test('works in bash', async () => {
    const script = join(sample.folder, 'complete.sh');
    const program = join(sample.folder, 'millrace');
    await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 });
    const { out } = await run('completion', 'bash');
    await writeFile(
      script,
      `${out}
COMP_LINE='${program} reconcile ks --namespace flux-system ba' COMP_POINT=\${#COMP_LINE}
__millrace_complete
printf '%s\\n' "\${COMPREPLY[@]}"
`,
    );
    const reply = await new Promise<string>((resolve, reject) =>
      execFile(
        'bash',
        [script],
        { env: { ...process.env, KUBECONFIG: sample.kubeconfig } },
        (error, stdout) => (error ? reject(error) : resolve(stdout)),
      ),
    );
    expect(reply).toBe('backend\n');
  });

  test.concurrent.each(['zsh', 'fish', 'powershell'])('has a script for %s', async shell => {
    const { code, out } = await run('completion', shell);
    expect(code).toBe(0);
    expect(out).toContain('__complete');
  });
});

/** The lines for objects are those of flux 2.9.4 against the same cluster. */
describe('what a Kustomization would change', () => {
  const overlay = 'fleet/apps/local/backend';
  const more = `apiVersion: v1
kind: ConfigMap
metadata: { name: extra }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: left, annotations: { kustomize.toolkit.fluxcd.io/ssa: Ignore } }
---
apiVersion: v1
kind: Secret
metadata: { name: sealed }
data: { token: "ENC[AES256_GCM,data:QUJD,iv:YWJj,tag:ZGVm,type:str]" }
sops: { mac: "ENC[AES256_GCM,data:bWFj,iv:YWJj,tag:ZGVm,type:str]" }
`;
  const edit = async (file: string, ...edits: [from: string, to: string][]) => {
    const path = join(sample.folder, file);
    let text = await readFile(path, 'utf8');
    for (const [from, to] of edits) text = text.replace(from, to);
    await writeFile(path, text);
  };
  const reset = () =>
    cp(fileURLToPath(new URL('./sample-fleet', import.meta.url)), join(sample.folder, 'fleet'), {
      recursive: true,
    });
  beforeEach(reset);

  test('is nothing where the folder is as the cluster', async () => {
    expect(await run('diff', 'ks', 'backend', '--path', overlay)).toEqual({ code: 0, out: '', err: '' });
  });

  test('is told object by object, and ends with 1', async () => {
    await edit(
      `${overlay}/kustomization.yaml`,
      ['count: 3', 'count: 7'],
      ['only-on-this-machine', 'another'],
    );
    const { code, out, err } = await run('diff', 'kustomization', 'backend', '--path', overlay);
    expect(code).toBe(1);
    expect(err).toBe('⚠️ identified at least one change, exiting with non-zero exit code\n');
    expect(out.replace(/(database)-\w{10}/g, '$1-*')).toBe(`► Deployment/shop/api drifted
    spec.replicas: 3 → 7
    spec.template.spec.containers[name=api].envFrom
        …
            name: api-97ft6g25k9
        - secretRef:
      -     name: database-*
      +     name: database-*
► Secret/shop/database-* created
► Secret/shop/database-* deleted
`);
  });

  test('is told of what is made, left alone, sealed, and goes', async () => {
    await writeFile(join(sample.folder, overlay, 'more.yaml'), more);
    const patches = /\npatches:[\s\S]*/.exec(
      await readFile(join(sample.folder, overlay, 'kustomization.yaml'), 'utf8'),
    )!;
    const added = '  - ../../base/backend\n  - more.yaml';
    await edit(`${overlay}/kustomization.yaml`, ['  - ../../base/backend', added], [patches[0], '\n']);
    await edit('fleet/apps/base/backend/kustomization.yaml', ['  - report.yaml\n', '']);
    const recursive = ['--recursive', '--local-sources', 'GitRepository/flux-system/flux-system=fleet'];
    const { code, out } = await run(
      'diff',
      'ks',
      'flux-system',
      '--path',
      'fleet/clusters/local',
      ...recursive,
    );
    expect({ code, out }).toEqual({
      code: 1,
      out: `📁 Kustomization/flux-system/backend changed
► ConfigMap/shop/extra created
► ConfigMap/shop/left skipped
► Secret/shop/sealed created
► CronJob/shop/report deleted
`,
    });
  });

  test('is JSON for programs', async () => {
    await edit(`${overlay}/kustomization.yaml`, ['count: 3', 'count: 7']);
    const { out } = await run(
      'diff',
      'ks',
      'backend',
      '--path',
      overlay,
      '-o',
      'json',
      '--progress-bar=false',
    );
    expect(JSON.parse(out)).toEqual([
      {
        object: 'Deployment/shop/api',
        action: 'drifted',
        changes: [{ path: 'spec.replicas', before: 3, after: 7 }],
      },
    ]);
  });

  test('ends with 2 where it cannot be told, beside what can', async () => {
    await writeFile(
      join(sample.folder, overlay, 'more.yaml'),
      more.replace('name: left', 'namespace: none, name: left'),
    );
    await writeFile(
      join(sample.folder, 'new.yaml'),
      `${broken.replaceAll('broken', 'new').replace('team', 'flux-system')}  targetNamespace: absent\n`,
    );
    const file = ['--kustomization-file', 'new.yaml'];
    const first = await run('diff', 'ks', 'new', '--path', overlay, ...file);
    expect(first).toEqual({
      code: 2,
      out: '',
      err: '✗ failed to get kustomization object: kustomizations.kustomize.toolkit.fluxcd.io "new" not found\n',
    });
    const { code, err } = await run('diff', 'ks', 'new', '--path', overlay, ...file, '--ignore-not-found');
    expect(code).toBe(2);
    expect(err).toContain('Service/absent/api not found: namespaces "absent" not found');
  });

  test('is built from the cluster or a file, as flux prints it', async () => {
    const { code, out } = await run('build', 'ks', 'backend', '--path', overlay);
    expect(code).toBe(0);
    expect(out).toContain('  REGION: local\n');
    expect(out).toContain('    kustomize.toolkit.fluxcd.io/name: backend\n');
  });
});

describe('what the user got wrong', () => {
  test.concurrent.each([
    [['get', 'ks', '--odd'], '✗ unknown flag: --odd'],
    [['odd'], '✗ unknown command "odd" for "millrace"'],
    [['get', 'ks', '-n', 'A_b'], '✗ namespace must be a valid DNS label: "A_b"'],
    [['get', 'ks', '--watch=maybe'], '✗ invalid argument "maybe" for "-w, --watch" flag'],
    [['get', 'ks', '--kubeconfig', '/none'], '✗ kubeconfig /none does not exist'],
    [['get', 'ks', '--context', 'odd'], '✗ context "odd" does not exist'],
  ])('%j ends with 1 and the reason', async (args, reason) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(reason);
  });

  test('a cluster that cannot be reached is told by every verb', async () => {
    const away = join(sample.folder, 'away.yaml');
    await writeFile(
      away,
      `{apiVersion: v1, kind: Config, current-context: a, clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}], contexts: [{name: a, context: {cluster: a}}]}`,
    );
    const verbs = [
      ['get', 'all'],
      ['get', 'ks', '-w'],
      ['events', '-w'],
      ['reconcile', 'ks', 'a'],
      ['check'],
      ['version'],
      ['logs'],
    ];
    for (const verb of verbs) {
      const { code, err } = await run(...verb, '--kubeconfig', away);
      expect({ verb, code, told: err.includes('✗ https://127.0.0.1:1 cannot be reached') }).toEqual({
        verb,
        code: 1,
        told: true,
      });
    }
  });

  test('a group of commands by itself shows what it holds', async () => {
    const { code, out } = await run('get');
    expect(code).toBe(0);
    expect(out).toContain('kustomizations');
  });

  test('a page on a port that is taken ends with 1 and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const { code, err } = await run('web', '--port', port).finally(() => taken.close());
    expect({ code, err }).toEqual({
      code: 1,
      err: `✗ the page cannot be served: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    });
  });
});
