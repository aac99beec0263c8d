import type { Kustomization } from '@millrace/api';
import { type System, startSystem } from '@millrace/e2e';
import { delay, type KubeObject } from '@millrace/kube';
import { freePort, sampleOf } from './scrape.ts';
import { milliseconds, printTable } from './table.ts';

const objects = 5000;
const perFile = 100;
const noOpSeconds = 10;

/** One Kustomization with very many objects: how long it takes, and what it costs when nothing is to be done. */
export async function run(): Promise<void> {
  const port = await freePort();
  const system = await startSystem(['--metrics-addr', `127.0.0.1:${port}`]);
  try {
    const { url, clone } = await system.repository('fleet');
    const files = (value: (i: number) => string) =>
      Object.fromEntries(
        Array.from({ length: objects / perFile }, (_, file) => [
          `all/${file}.yaml`,
          Array.from({ length: perFile }, (_, i) => manifest(file * perFile + i, value)).join('---\n'),
        ]),
      );
    const first = await clone.push(
      'Add all',
      files(() => 'a'),
    );
    await system.source('fleet', url);
    await system.until(system.ref('GitRepository', 'fleet'), 'fetched', o =>
      JSON.stringify(o).includes(first),
    );
    const rows: string[][] = [];
    const sample = () => sampleOf([{ port, pid: system.controllers.process.pid! }]);
    const measure = async (what: string, begin: () => Promise<string>) => {
      const [before, start] = [await sample(), performance.now()];
      const commit = await begin();
      await ready(system, commit);
      const took = performance.now() - start;
      const after = await sample();
      const asked = [...after.requests].map(
        ([kind, n]) => [kind, n - (before.requests.get(kind) ?? 0)] as const,
      );
      const total = asked.reduce((sum, [, n]) => sum + n, 0);
      rows.push([what, milliseconds(took), `${(after.cpu - before.cpu).toFixed(1)} s`, String(total)]);
    };
    const spec = { path: './all', targetNamespace: system.namespace, interval: '1s' };
    await measure('apply all', async () => {
      await system.kustomization('all', spec);
      return first;
    });
    await measure(`${noOpSeconds} s at an interval of a second`, async () => {
      await delay(noOpSeconds * 1000);
      return first;
    });
    await measure('change one', () =>
      clone.push(
        'Change one',
        files(i => (i === 7 ? 'b' : 'a')),
      ),
    );
    await measure('change all', () =>
      clone.push(
        'Change all',
        files(() => 'c'),
      ),
    );
    const gone = Object.fromEntries(
      Object.keys(files(() => ''))
        .slice(1)
        .map(name => [name, undefined]),
    );
    await measure(`prune all but ${perFile}`, () => clone.push('Remove nearly all', gone));
    printTable([`${objects} objects in one Kustomization`, 'time', 'processor', 'API requests'], rows);
  } finally {
    await system.stop();
  }
}

function manifest(i: number, value: (i: number) => string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: object-${i}\n  labels: {app: large}\ndata:\n  value: ${value(i)}\n  text: ${'some words '.repeat(20)}\n`;
}

async function ready(system: System, commit: string): Promise<KubeObject> {
  return system.until<Kustomization>(
    system.ref('Kustomization', 'all'),
    'applied',
    ks => {
      const ready = ks?.status?.conditions?.find(({ type }) => type === 'Ready');
      return ready?.status === 'True' && ks?.status?.lastAppliedRevision?.endsWith(commit) === true;
    },
    120_000,
  );
}
