import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@millrace/cluster';
import { millrace } from '@millrace/e2e';
import { kubeClient, loadConnection, type ObjectRef } from '@millrace/kube';
import { standInForNodes } from './lives/kubelet.ts';
import { type Life, play } from './lives/play.ts';
import { openShop } from './lives/shop.ts';
import { printTable } from './table.ts';

const namespace = 'chart-lives';

/**
 * Lets a HelmRelease of each chart of a folder live: installed in its oldest version there, upgraded to the others one
 * after the other, an object changed by hand and another deleted, an upgrade that the API refuses rolled back, and
 * uninstalled; each time what the cluster holds is compared with what the release says. In the embedded cluster, or in
 * the one of MILLRACE_E2E_KUBECONFIG, which needs no nodes. Arguments: the folder, and charts of it, if not all. True if
 * all lived well.
 */
export async function run([folder = '.', ...only]: string[]): Promise<boolean> {
  const given = process.env.MILLRACE_E2E_KUBECONFIG;
  const cluster = given ? undefined : await startCluster({ inMemory: true });
  const place = mkdtempSync(join(tmpdir(), 'millrace-lives-'));
  const kubeconfig = join(place, 'kubeconfig');
  writeFileSync(kubeconfig, cluster?.kubeconfig ?? readFileSync(given!, 'utf8'), { mode: 0o600 });
  const shop = await openShop(folder);
  const controllers = millrace([
    ...['controllers', 'run', '--install', '--kubeconfig', kubeconfig],
    ...['--data-dir', join(place, 'data'), '--controllers', 'source-controller,helm-controller'],
  ]);
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const nodes = given ? standInForNodes(client) : undefined;
  try {
    await controllers.saw(/Starting manager/);
    const repository = await sellCharts(shop.url);
    const lives: Life[] = [];
    for (const title of shop.titles)
      if (only.length === 0 || only.includes(title.name)) {
        lives.push(await play(title, repository, client));
        tell(lives.at(-1)!, controllers.output());
      }
    printTable(['chart', 'versions', 'objects', 'outcome', 'left'], lives.map(row));
    return lives.every(({ wrong }) => wrong.length === 0);
  } finally {
    await controllers.stop();
    await nodes?.stop();
    await client.close();
    await cluster?.stop();
    shop.stop();
    rmSync(place, { recursive: true, force: true });
  }

  async function sellCharts(url: string): Promise<ObjectRef> {
    const options = { as: 'own', fieldManager: 'lives', force: true } as const;
    const ref = {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      name: 'shop',
      namespace,
    };
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, options);
    const { name, apiVersion, kind } = ref;
    await client.apply(
      { apiVersion, kind, metadata: { name, namespace }, spec: { interval: '1h', url } },
      options,
    );
    return ref;
  }
}

function tell({ title, wrong, left }: Life, log: string): void {
  console.log(`${title.name}: ${wrong.length === 0 ? 'well' : 'not well'}`);
  for (const line of [...wrong, ...left.map(name => `left: ${name}`)]) console.log(`  ${line}`);
  if (wrong.length === 0) return;
  for (const line of log.split('\n')) if (line.includes(`"life-${title.name}"`)) console.log(`  ${line}`);
}

const row = ({ title, objects, wrong, left }: Life): string[] => [
  title.name,
  title.versions.join(', '),
  String(objects),
  wrong.length === 0 ? 'well' : wrong.join('; ').slice(0, 80),
  String(left.length),
];
