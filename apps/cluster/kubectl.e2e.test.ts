import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './index.ts';

const present = spawnSync('kubectl', ['version', '--client']).status === 0;

// kubectl cannot be had everywhere (Node, npm and git must be enough). Where it is missing this test says so, and CI,
// which installs it, takes that for a failure.
test.runIf(!present)('kubectl is on the PATH', context => {
  if (process.env.CI_REQUIRE_KUBECTL)
    throw new Error('CI_REQUIRE_KUBECTL is set, but there is no kubectl on the PATH');
  context.skip('there is no kubectl on the PATH: nothing of it was tried');
});

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: 'nginx:1', ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue}
`;

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties: {size: {type: integer, minimum: 1}, replicas: {type: integer}, colour: {type: string, default: blue}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

interface Result {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

describe.runIf(present)('kubectl', { timeout: 60_000 }, () => {
  let cluster: Cluster;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-kubectl-'));
    cluster = await startCluster({ dataDir: join(folder, 'cluster') });
    const own = join(folder, 'kubeconfig');
    writeFileSync(own, cluster.kubeconfig, { mode: 0o600 });
    env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: own };
    writeFileSync(join(folder, 'web.yaml'), manifest);
    writeFileSync(join(folder, 'web2.yaml'), manifest.replace('nginx:1', 'nginx:2'));
    writeFileSync(join(folder, 'crd.yaml'), definition);
    await kubectl('create', 'namespace', 'team');
    await kubectl('config', 'set-context', '--current', '--namespace=team');
  });

  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Run kubectl in the namespace of the test; nothing is thrown for exit codes, which some tests expect. */
  function run(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Result> {
    return new Promise(resolve => {
      execFile('kubectl', args, { cwd: folder, env: { ...env, ...more } }, (error, out, said) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, out: out.trim(), said: said.trim() }),
      );
    });
  }

  async function kubectl(...args: string[]): Promise<string> {
    const { code, out, said } = await run(args);
    expect({ args, code, said }).toEqual({ args, code: 0, said: '' });
    return out;
  }

  test('applies from the client, sees no difference, and changes what differs', async () => {
    expect(await kubectl('apply', '-f', 'web.yaml')).toBe(
      'deployment.apps/web created\nconfigmap/settings created',
    );
    expect(await kubectl('rollout', 'status', 'deploy/web', '--timeout=20s')).toContain(
      'successfully rolled out',
    );
    expect(await kubectl('apply', '-f', 'web.yaml')).toBe(
      'deployment.apps/web unchanged\nconfigmap/settings unchanged',
    );
    expect(await kubectl('diff', '-f', 'web.yaml')).toBe('');
    const difference = await run(['diff', '-f', 'web2.yaml']);
    expect(difference.code).toBe(1);
    expect(difference.out).toMatch(/-\s+- image: nginx:1\n\+\s+- image: nginx:2/);
    expect(await kubectl('apply', '-f', 'web2.yaml')).toBe(
      'deployment.apps/web configured\nconfigmap/settings unchanged',
    );
    await kubectl('rollout', 'status', 'deploy/web', '--timeout=20s');
    // kubectl 1.36 adds a warning of its own about what was applied before.
    expect(await run(['rollout', 'undo', 'deploy/web'])).toMatchObject({ code: 0 });
    await kubectl('rollout', 'status', 'deploy/web', '--timeout=20s');
    expect(
      await kubectl('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'),
    ).toBe('nginx:1');
    expect((await kubectl('get', 'rs', '-o', 'name')).split('\n')).toHaveLength(2);
  });

  test('applies on the server and is told of conflicts', async () => {
    const file = join(folder, 'shared.yaml');
    writeFileSync(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: "1"}\n');
    expect(await kubectl('apply', '--server-side', '-f', file)).toBe('configmap/shared serverside-applied');
    writeFileSync(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: "2"}\n');
    const refused = await run(['apply', '--server-side', '--field-manager=other', '-f', file]);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('Apply failed with 1 conflict: conflict with "kubectl": .data.a');
    await kubectl('apply', '--server-side', '--field-manager=other', '--force-conflicts', '-f', file);
    expect(await kubectl('get', 'cm', 'shared', '-o', 'jsonpath={.data.a}')).toBe('2');
  });

  test('creates, edits, labels, annotates, patches, scales, replaces and deletes', async () => {
    expect(await kubectl('create', 'deployment', 'made', '--image=nginx', '--replicas=1')).toBe(
      'deployment.apps/made created',
    );
    await kubectl('create', 'secret', 'generic', 'password', '--from-literal=p=s');
    expect(await kubectl('get', 'secret', 'password', '-o', 'jsonpath={.data.p}')).toBe('cw==');
    const edited = await run(['edit', 'deploy', 'made'], { KUBE_EDITOR: 'sed -i s/nginx/caddy/' });
    expect(edited.out).toBe('deployment.apps/made edited');
    expect(await kubectl('label', 'deploy', 'made', 'a=b')).toBe('deployment.apps/made labeled');
    expect(await kubectl('annotate', 'deploy', 'made', 'c=d')).toBe('deployment.apps/made annotated');
    await kubectl(
      'patch',
      'deploy',
      'made',
      '-p',
      '{"spec":{"template":{"spec":{"containers":[{"name":"caddy","env":[{"name":"A","value":"1"}]}]}}}}',
    );
    await kubectl('patch', 'deploy', 'made', '--type=merge', '-p', '{"metadata":{"labels":{"a":null}}}');
    await kubectl(
      'patch',
      'deploy',
      'made',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/metadata/labels/e","value":"f"}]',
    );
    await kubectl('scale', 'deploy', 'made', '--replicas=3');
    await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=3', 'deploy/made', '--timeout=20s');
    const labels = await kubectl('get', 'deploy', 'made', '-o', 'jsonpath={.metadata.labels}');
    expect(JSON.parse(labels)).toEqual({ app: 'made', e: 'f' });
    expect(await kubectl('delete', 'deploy', 'made')).toMatch(
      /^deployment\.apps "made" deleted( from \S+ namespace)?$/,
    );
    await kubectl('wait', '--for=delete', 'pod', '-l', 'app=made', '--timeout=20s');
  });

  test('shows tables, wide tables, and descriptions', async () => {
    const [head, row] = (await kubectl('get', 'deploy', 'web', '-o', 'wide')).split('\n');
    expect(head).toMatch(/^NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\s+CONTAINERS\s+IMAGES\s+SELECTOR$/);
    expect(row).toMatch(/^web\s+2\/2\s+2\s+2\s+\S+\s+main\s+nginx:1\s+app=web$/);
    expect(await kubectl('get', 'nodes')).toMatch(/millrace\s+Ready\s+control-plane/);
    expect(await kubectl('describe', 'deploy', 'web')).toContain(
      '2 desired | 2 updated | 2 total | 2 available',
    );
    expect(
      await kubectl(
        'get',
        'pods',
        '-l',
        'app=web',
        '--field-selector=status.phase=Running',
        '-o',
        'name',
        '--chunk-size=1',
      ),
    ).toMatch(/^pod\/web-\S+\npod\/web-\S+$/);
    expect(await kubectl('api-resources', '--api-group=apps')).toContain('deploy');
    expect(await kubectl('explain', 'deploy.spec.strategy')).toContain('rollingUpdate');
    expect(await kubectl('auth', 'can-i', 'create', 'pods')).toBe('yes');
    expect((await run(['logs', 'deploy/web'])).out).toContain('nginx:1 started');
  });

  test('watches', async () => {
    await kubectl('create', 'cm', 'watched', '--from-literal=n=1');
    const watching = spawn('kubectl', ['get', 'cm', 'watched', '-w', '-o', 'jsonpath={.data.n}{"\\n"}'], {
      env,
      cwd: folder,
    });
    const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('1');
    await kubectl('patch', 'cm', 'watched', '-p', '{"data":{"n":"2"}}');
    expect((await lines.next()).value).toBe('2');
    watching.kill();
    await once(watching, 'exit');
  });

  test('works with custom resources', async () => {
    await kubectl('apply', '-f', 'crd.yaml');
    await kubectl('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=20s');
    const file = join(folder, 'widget.yaml');
    writeFileSync(file, 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec: {size: 3}\n');
    expect(await kubectl('apply', '-f', file)).toBe('widget.example.com/one created');
    expect(await kubectl('get', 'wd')).toMatch(/NAME\s+SIZE\none\s+3/);
    expect(await kubectl('get', 'wd', 'one', '-o', 'jsonpath={.spec.colour}')).toBe('blue');
    const refused = await run(['patch', 'wd', 'one', '--type=merge', '-p', '{"spec":{"size":0}}']);
    expect(refused.said).toBe(
      'The Widget "one" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    expect(await kubectl('scale', 'wd', 'one', '--replicas=4')).toBe('widget.example.com/one scaled');
    await kubectl(
      'patch',
      'wd',
      'one',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"ok":true}}',
    );
    expect(await kubectl('explain', 'wd.spec')).toContain('size\t<integer> -required-');
    await kubectl('delete', 'crd', 'widgets.example.com');
    expect((await run(['get', 'wd'])).code).toBe(1);
  });

  test('refuses fields that do not exist and says which', async () => {
    const file = join(folder, 'typo.yaml');
    writeFileSync(file, manifest.replace('replicas: 2', 'replica: 2'));
    const refused = await run(['apply', '-f', file]);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain('unknown field "spec.replica"');
  });

  test('waits for, tells, pauses and undoes rollouts', async () => {
    await kubectl('create', 'deployment', 'shop', '--image=shop:1', '--replicas=2');
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=20s');
    await kubectl('wait', '--for=condition=Available', 'deployment/shop', '--timeout=20s');
    await kubectl('set', 'image', 'deployment/shop', 'shop=shop:2');
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=20s');
    await kubectl('rollout', 'restart', 'deployment/shop');
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=20s');
    const history = await kubectl('rollout', 'history', 'deployment/shop');
    expect(
      history
        .split('\n')
        .slice(2)
        .map(line => line.split(/\s+/)[0]),
    ).toEqual(['1', '2', '3']);
    await kubectl('rollout', 'undo', 'deployment/shop', '--to-revision=1');
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=20s');
    expect(await kubectl('get', 'deployment/shop', '-o', 'jsonpath={..image}')).toBe('shop:1');
    const failing =
      '{"spec":{"progressDeadlineSeconds":1,"template":{"metadata":{"annotations":{"simulate.millrace.dev/failure":"crash-loop"}}}}}';
    await kubectl('patch', 'deployment/shop', '-p', failing);
    const stuck = await run(['rollout', 'status', 'deployment/shop', '--timeout=20s']);
    expect([stuck.code, stuck.said]).toEqual([1, 'error: deployment "shop" exceeded its progress deadline']);
  });

  test('undoes rollouts of StatefulSets and DaemonSets', async () => {
    for (const kind of ['StatefulSet', 'DaemonSet']) {
      const spec = {
        selector: { matchLabels: { app: kind } },
        template: {
          metadata: { labels: { app: kind } },
          spec: { containers: [{ name: 'main', image: 'db:1' }] },
        },
        ...(kind === 'StatefulSet' && { serviceName: 'db' }),
      };
      const file = join(folder, `${kind}.json`);
      writeFileSync(file, JSON.stringify({ apiVersion: 'apps/v1', kind, metadata: { name: 'db' }, spec }));
      await kubectl('apply', '-f', file);
      await kubectl('rollout', 'status', `${kind}/db`, '--timeout=20s');
      await kubectl('set', 'image', `${kind}/db`, 'main=db:2');
      await kubectl('rollout', 'status', `${kind}/db`, '--timeout=20s');
      expect(await kubectl('rollout', 'history', `${kind}/db`)).toMatch(/^1 .*\n2 /m);
      await kubectl('rollout', 'undo', `${kind}/db`);
      await kubectl('rollout', 'status', `${kind}/db`, '--timeout=20s');
      expect(await kubectl('get', `${kind}/db`, '-o', 'jsonpath={..image}')).toBe('db:1');
    }
  });

  test('starts Jobs from CronJobs, waits for them and reads their logs', async () => {
    await kubectl('create', 'cronjob', 'nightly', '--image=backup', '--schedule=0 3 * * *');
    await kubectl('create', 'job', 'now', '--from=cronjob/nightly');
    await kubectl('wait', '--for=condition=Complete', 'job/now', '--timeout=20s');
    expect(await kubectl('logs', 'job/now', '-f')).toBe(
      'backup started (simulated by Millrace: no process runs here)\ndone',
    );
    expect(await kubectl('logs', 'job/now', '--tail=1', '-c', 'nightly')).toBe('done');
    const none = await run(['logs', 'job/now', '--previous']);
    expect(none.said).toContain('previous terminated container "nightly" in pod');
  });

  test('empties and deletes a namespace', async () => {
    await kubectl('delete', 'namespace', 'team', '--timeout=20s');
    expect((await run(['get', 'ns', 'team'])).said).toContain('namespaces "team" not found');
  });
});
