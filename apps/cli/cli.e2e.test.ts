import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAll } from '@millrace/yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { millrace, type Running } from '../../e2e/process.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Result {
  code: number;
  out: string;
  err: string;
}

let folder: string;
let up: Running;
let kubeconfig: string;

/** Run the program to its end, against the cluster of these tests. */
function run(...args: string[]): Promise<Result> {
  const env = { ...process.env, KUBECONFIG: kubeconfig, FLUX_SYSTEM_NAMESPACE: '' };
  return new Promise(resolve => {
    execFile(process.execPath, [main, ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

const lines = (text: string) => text.trimEnd().split('\n');
/** The first column of a table without its headings. */
const names = ({ out }: Result) =>
  lines(out)
    .slice(1)
    .map(line => line.split('\t')[0]!.trim());

const fleet = ['backend', 'definitions', 'flux-system', 'frontend', 'monitoring', 'platform'];
/** The objects beside them that follow an image. */
const images = 3;

const broken = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: broken, namespace: team }
spec:
  interval: 1h
  prune: true
  path: ./missing
  sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system }
`;

/** What an installation in the cluster looks like to the command line. */
const controller = `apiVersion: apps/v1
kind: Deployment
metadata: { name: source-controller, namespace: team, labels: { app.kubernetes.io/part-of: flux } }
spec:
  selector: { matchLabels: { app: source-controller } }
  template:
    metadata: { labels: { app: source-controller } }
    spec: { containers: [{ name: manager, image: "ghcr.io/fluxcd/source-controller:v1.9.0" }] }
`;

const allowed = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: developers, namespace: team }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers }]
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
  up = millrace(['up', '--in-memory', '--data-dir', join(folder, 'data')]);
  kubeconfig = (await up.saw(/export KUBECONFIG=(\S+)/))[1]!;
  const { kubeClient, loadConnection, asKubeObject } = await import('@millrace/kube');
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login', namespace: 'team' },
    stringData: { username: 'git' },
  };
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'private', namespace: 'team', labels: { stage: 'test' } },
    spec: {
      interval: '1h',
      url: 'https://127.0.0.1:1/none.git',
      secretRef: { name: 'login' },
      suspend: true,
    },
  };
  const texts = [broken, controller, allowed].flatMap(text => parseAll(text)).map(asKubeObject);
  for (const object of [namespace, secret, source, ...texts])
    await client.apply(object, { as: 'own', fieldManager: 'test' });
  await client.close();
});

afterAll(async () => {
  await up?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('get', () => {
  test('shows sources with their revision shortened', async () => {
    const { code, out, err } = await run('get', 'sources', 'git');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.replace(/sha1:[0-9a-f]{8}\b/g, 'sha1:20dee474')).toBe(
      'NAME       \tREVISION          \tSUSPENDED\tREADY\tMESSAGE                                           \n' +
        "flux-system\tmain@sha1:20dee474\tFalse    \tTrue \tstored artifact for revision 'main@sha1:20dee474'\t\n",
    );
  });

  test('shows Kustomizations by each of their names', async () => {
    for (const word of ['kustomizations', 'kustomization', 'ks'])
      expect(names(await run('get', word))).toEqual(fleet);
  });

  test('shows one by its name', async () => {
    expect(names(await run('get', 'ks', 'backend'))).toEqual(['backend']);
  });

  test('shows the namespace where all are asked for, and the source where that is', async () => {
    const { out } = await run('get', 'ks', '-A', '--show-source');
    expect(lines(out)[0]).toMatch(/^NAMESPACE *\tNAME *\tSOURCE *\tREVISION *\tSUSPENDED\tREADY *\tMESSAGE/);
    expect(lines(out)[1]).toMatch(/^flux-system\tbackend *\tGitRepository\/flux-system\/flux-system\t/);
  });

  test('shows every kind with all, each name with its kind', async () => {
    const { code, out } = await run('get', 'all');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^NAME[^\n]*\ngitrepository\/flux-system\t[^\n]*\n\n(?:[^\n]*\n)*NAME[^\n]*\nkustomization\/backend /,
    );
    expect(out.endsWith('\n\n')).toBe(true);
    expect(await run('get', 'all', '-n', 'empty')).toEqual({ code: 0, out: '', err: '' });
  });

  test('leaves the headings out with --no-header', async () => {
    expect(lines((await run('get', 'ks', '--no-header')).out)).toHaveLength(fleet.length);
  });

  test('takes only objects with a label or a condition', async () => {
    expect(names(await run('get', 'sources', 'git', '-A', '-l', 'stage=test'))).toEqual(['team']);
    expect(names(await run('get', 'ks', '--status-selector', 'ready=true'))).toEqual(fleet);
    expect(names(await run('get', 'ks', '--status-selector', 'ready!=true'))).toEqual([]);
  });

  test('prints whole objects for other programs', async () => {
    const list = JSON.parse((await run('get', 'ks', '-o', 'json')).out);
    expect(list.kind).toBe('List');
    expect(list.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(fleet);
    const [one] = parseAll((await run('get', 'ks', 'backend', '-o', 'yaml')).out);
    expect(one).toMatchObject({ kind: 'Kustomization', metadata: { name: 'backend' } });
    expect(one).not.toHaveProperty('metadata.managedFields');
    expect((await run('get', 'sources', 'git', '-o', 'name')).out).toBe(
      'gitrepository.source.toolkit.fluxcd.io/flux-system\n',
    );
    expect(lines((await run('get', 'ks', '-o', 'wide')).out)[0]).toMatch(/\tPATH *\tAGE *$/);
  });

  test('watches until it is stopped', async () => {
    const watching = millrace(['get', 'ks', 'monitoring', '--watch', '--kubeconfig', kubeconfig]);
    await watching.saw(/monitoring\t.*\tTrue/);
    await run('suspend', 'ks', 'monitoring');
    await watching.saw(/monitoring\t\S+ *\tTrue *\t/);
    watching.process.kill('SIGINT');
    expect(await watching.ended).toBe(130);
    await run('resume', 'ks', 'monitoring');
  });

  test.concurrent.each([
    [['get', 'ks', 'nope'], `Kustomization object 'nope' not found in "flux-system" namespace`],
    [['get', 'ks', 'nope', '-A'], `Kustomization object 'nope' not found in any namespace`],
    [['get', 'sources', 'git', '-n', 'empty'], 'no GitRepository objects found in "empty" namespace'],
    [['get', 'all', '--watch'], 'expected a single resource type, but found all'],
    [
      ['get', 'ks', '--status-selector', 'x'],
      'expected status selector in type=status or type!=status format',
    ],
    [['get', 'ks', '-o', 'xml'], '--output takes wide, json, yaml, name, not "xml"'],
    [
      ['get', 'ks', '-l', '=='],
      "unable to parse label selector: couldn't parse the selector string \"==\": found '=='",
    ],
    [['get', 'pods'], 'unknown command "pods" for "millrace get"'],
  ])('%j fails with the reason on standard error', async (args, reason) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`✗ ${reason}`);
  });
});

describe('reconcile', () => {
  test('waits until a source is fetched', async () => {
    const { code, out, err } = await run('reconcile', 'source', 'git', 'flux-system');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(lines(err)).toEqual([
      '► annotating GitRepository flux-system in flux-system namespace',
      '✔ GitRepository annotated',
      '◎ waiting for GitRepository reconciliation',
      expect.stringMatching(/^✔ fetched revision main@sha1:[0-9a-f]{40}$/),
    ]);
  });

  test('reconciles the source first where that is asked for', async () => {
    const { code, err } = await run('reconcile', 'ks', 'definitions', '--with-source');
    expect(code).toBe(0);
    expect(lines(err)).toHaveLength(8);
    expect(lines(err)[4]).toBe('► annotating Kustomization definitions in flux-system namespace');
    expect(lines(err)[7]).toMatch(/^✔ applied revision main@sha1:[0-9a-f]{40}$/);
  });

  test('fails with the Ready message', async () => {
    const { code, err } = await run('reconcile', 'ks', 'broken', '-n', 'team');
    expect(code).toBe(1);
    expect(lines(err).at(-1)).toMatch(/^✗ Kustomization reconciliation failed: .*missing/);
  });

  test.concurrent.each([
    [['reconcile', 'ks'], 'Kustomization name is required'],
    [['reconcile', 'ks', 'nope'], 'kustomizations.kustomize.toolkit.fluxcd.io "nope" not found'],
    [['reconcile', 'source', 'git', 'private', '-n', 'team'], 'resource is suspended'],
    [
      ['reconcile', 'ks', 'backend', '--timeout', '1x'],
      'invalid argument "1x" for "--timeout" flag: time: unknown unit "x" in duration "1x"',
    ],
  ])('%j fails', async (args, reason) => {
    const { code, err } = await run(...args);
    expect(code).toBe(1);
    expect(err).toContain(`✗ ${reason}`);
  });
});

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

describe('suspend and resume', () => {
  test('stop an object and let it go on', async () => {
    const suspended = await run('suspend', 'kustomization', 'definitions', 'nope');
    expect(suspended.code).toBe(0); // Flux's exit code, although one name is not there
    expect(lines(suspended.err)).toEqual([
      '► suspending kustomization definitions in flux-system namespace',
      '✔ kustomization suspended',
      '✗ Kustomization nope not found in flux-system namespace',
    ]);
    expect((await run('get', 'ks', 'definitions', '--no-header')).out.split('\t')[2]!.trim()).toBe('True');

    const resumed = await run('resume', 'kustomization', 'definitions');
    expect(resumed.code).toBe(0);
    expect(lines(resumed.err)).toEqual([
      '► resuming kustomization definitions in flux-system namespace',
      '✔ kustomization resumed',
      '◎ waiting for Kustomization reconciliation',
      '✔ Kustomization definitions reconciliation completed',
      expect.stringMatching(/^✔ applied revision main@sha1:/),
    ]);
  });

  test('do so for all of a namespace', async () => {
    expect(lines((await run('suspend', 'ks', '--all', '-n', 'team')).err)).toEqual([
      '► suspending kustomization broken in team namespace',
      '✔ kustomization suspended',
    ]);
    expect((await run('resume', 'ks', '--all', '-n', 'team')).code).toBe(0);
  });

  test('fail when what is resumed cannot be reconciled', async () => {
    const { code, err } = await run('resume', 'ks', '--all', '--wait', '-n', 'team');
    expect(code).toBe(1);
    expect(err).toMatch(/✗ Kustomization broken reconciliation failed: .*missing/);
    expect(err).toContain('✗ reconciliation failed for 1 Kustomization(s)');
  });

  test('do not wait where that is not wanted', async () => {
    const { code, err } = await run('resume', 'ks', 'broken', '--wait=false', '-n', 'team');
    expect(code).toBe(0);
    expect(err).not.toContain('◎');
  });

  test('need a name, or --all with something there', async () => {
    expect(await run('suspend', 'source', 'git')).toMatchObject({
      code: 1,
      err: '✗ source git name is required\n',
    });
    expect(await run('resume', 'ks')).toMatchObject({ code: 1, err: '✗ kustomization name is required\n' });
    expect(await run('suspend', 'ks', '--all', '-n', 'empty')).toMatchObject({
      code: 1,
      err: '✗ no objects found\n',
    });
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
      kubeconfig,
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

describe('tree', () => {
  test('draws what is applied, through the Kustomizations among it', async () => {
    const { code, out } = await run('tree', 'kustomization', 'flux-system');
    expect(code).toBe(0);
    expect(out).toMatch(/^Kustomization\/flux-system\/flux-system\n├── ImagePolicy\/flux-system\/api\n/);
    expect(out).toMatch(/\n├── Kustomization\/flux-system\/backend\n│ {3}├── /);
    expect(out).toContain('│   └── CustomResourceDefinition/teams.fleet.example.com\n');
    expect(out).toContain('── Deployment/shop/api\n');
  });

  test('keeps to Flux objects with --compact', async () => {
    const drawn = lines((await run('tree', 'ks', 'flux-system', '--compact')).out);
    expect(drawn).toHaveLength(fleet.length + images);
  });

  test('is there for other programs too', async () => {
    const { out } = await run('tree', 'ks', 'definitions', '-o', 'json');
    const whole = {
      resource: {
        Namespace: 'flux-system',
        Name: 'definitions',
        GroupKind: { Group: 'kustomize.toolkit.fluxcd.io', Kind: 'Kustomization' },
      },
      resources: [
        {
          resource: {
            Namespace: '',
            Name: 'teams.fleet.example.com',
            GroupKind: { Group: 'apiextensions.k8s.io', Kind: 'CustomResourceDefinition' },
          },
        },
      ],
    };
    expect(JSON.parse(out)).toEqual(whole);
    expect(parseAll((await run('tree', 'ks', 'definitions', '-o', 'yaml')).out)).toEqual([whole]);
  });

  test('needs the name of something there', async () => {
    expect((await run('tree', 'ks')).err).toBe('✗ kustomization name is required\n');
    expect((await run('tree', 'ks', 'nope')).code).toBe(1);
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

describe('check and version', () => {
  test('tell of a cluster whose controllers millrace up runs', async () => {
    const { code, out, err } = await run('check');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^► checking prerequisites\n✔ Kubernetes \S+ >=1\.33\.0-0\n/);
    expect(err).toContain(`✔ controllers: run by "millrace up", process ${up.process.pid}`);
    expect(err).toContain('✔ gitrepositories.source.toolkit.fluxcd.io/v1\n');
    expect(err.endsWith('✔ all checks passed\n')).toBe(true);
  });

  test('stop at the prerequisites with --pre', async () => {
    expect(lines((await run('check', '--pre')).err)).toHaveLength(3);
  });

  test('tell of controllers that run in the cluster', async () => {
    const { err } = await run('check', '-n', 'team');
    expect(err).toContain(
      '✔ source-controller: deployment ready\n► ghcr.io/fluxcd/source-controller:v1.9.0\n',
    );
    expect((await run('version', '-n', 'team')).out).toMatch(
      /^flux: v2\.9\.4\nmillrace: v\S+\n(.*\n)?source-controller: v1\.9\.0\n$/,
    );
  });

  test('need no cluster for the versions of the program', async () => {
    const { out } = await run('version', '--client', '-o', 'json', '--kubeconfig', '/none');
    expect(JSON.parse(out)).toEqual({ flux: 'v2.9.4', millrace: expect.stringMatching(/^v\d/) });
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
    const ours = join(folder, 'context.yaml');
    const text = await readFile(kubeconfig, 'utf8');
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
    const script = join(folder, 'complete.sh');
    const program = join(folder, 'millrace');
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
      execFile('bash', [script], { env: { ...process.env, KUBECONFIG: kubeconfig } }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
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
    const path = join(folder, file);
    let text = await readFile(path, 'utf8');
    for (const [from, to] of edits) text = text.replace(from, to);
    await writeFile(path, text);
  };
  const reset = () =>
    cp(fileURLToPath(new URL('./sample-fleet', import.meta.url)), join(folder, 'fleet'), { recursive: true });
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
    await writeFile(join(folder, overlay, 'more.yaml'), more);
    const patches = /\npatches:[\s\S]*/.exec(
      await readFile(join(folder, overlay, 'kustomization.yaml'), 'utf8'),
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
      join(folder, overlay, 'more.yaml'),
      more.replace('name: left', 'namespace: none, name: left'),
    );
    await writeFile(
      join(folder, 'new.yaml'),
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
    const away = join(folder, 'away.yaml');
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
});
