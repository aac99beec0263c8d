import { parseAll } from '@millrace/yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millrace } from '../../e2e/process.ts';
import { fleet, lines, names, type SampleUp, sampleUp } from './testing/sample-up.ts';

let sample: SampleUp;
const run = (...args: string[]) => sample.run(...args);

beforeAll(async () => {
  sample = await sampleUp();
});
afterAll(() => sample?.stop());

/** The objects beside the Kustomizations that follow an image. */
const images = 3;

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
    const watching = millrace(['get', 'ks', 'monitoring', '--watch', '--kubeconfig', sample.kubeconfig]);
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

describe('check and version', () => {
  test('tell of a cluster whose controllers millrace up runs', async () => {
    const { code, out, err } = await run('check');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^► checking prerequisites\n✔ Kubernetes \S+ >=1\.33\.0-0\n/);
    expect(err).toContain(`✔ controllers: run by "millrace up", process ${sample.up.process.pid}`);
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
