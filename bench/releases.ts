import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HelmRelease } from '@millrace/api';
import { delay, type KubeClient } from '@millrace/kube';
import { type Cost, costBetween, kindsOf, nothing, printCosts } from './cost.ts';
import { startUp } from './fleet-contenders.ts';
import { makeCheckout } from './fleet-repository.ts';
import type { Run } from './fleet-run.ts';
import type { Sample } from './scrape.ts';
import { untilAll } from './until-all.ts';

/** MILLRACE_BENCH_RELEASES: another number of HelmReleases. */
const size = Number(process.env.MILLRACE_BENCH_RELEASES ?? '1000');

/** In so long each of them comes due once. */
const interval = 63_000;

/** One among them fails whatever is tried. */
const failing = nameOf(Math.floor(size / 2));

/** Where a HelmRelease has its chart from. */
const ways = {
  'one HelmChart for all': 'chartRef: { kind: HelmChart, name: app }',
  'a HelmChart each':
    'chart: { spec: { chart: charts/app, sourceRef: { kind: GitRepository, name: flux-system } } }',
};

/** What many HelmReleases of one small chart cost `millrace up`, one of which fails: to install, to upgrade, at rest. */
export async function run(): Promise<void> {
  for (const [name, way] of Object.entries(ways)) {
    console.log(`\n${size} HelmReleases of a chart of three objects, and one more that fails: ${name}\n`);
    const costs = await measure(way);
    printCosts(costs);
    console.log();
    for (const cost of costs)
      console.log(`Requests of ${cost.what} for each HelmRelease: ${kindsOf(cost, size) || 'none'}`);
  }
}

async function measure(way: string): Promise<Cost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-releases-'));
  const fleet = join(folder, 'fleet');
  const costs: Cost[] = [];
  let run: Run | undefined;
  try {
    const commit = await makeCheckout(fleet);
    await writeFleet(fleet, way);
    await commit('The releases');
    let begun = performance.now();
    run = await startUp(fleet);
    const { client, sample } = run;
    const step = async (what: string, before: Sample, done: Promise<unknown>) => {
      await done;
      const seconds = (performance.now() - begun) / 1000;
      costs.push({ what, seconds, ...costBetween(before, await sample()) });
    };
    await step('install', nothing, allAt(client, 1));
    let before = await sample();
    begun = performance.now();
    await writeFile(join(fleet, 'clusters', 'bench', 'values.yaml'), values('second'));
    await commit('Other values');
    await step('upgrade of all', before, allAt(client, 2));
    before = await sample();
    begun = performance.now();
    await step('an interval of all without news', before, delay(interval));
    return costs;
  } finally {
    await run?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves when all have their release of that number, but for the one that fails, which has failed. */
async function allAt(client: KubeClient, version: number): Promise<void> {
  const selection = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' };
  const isThere = ({ metadata, status }: HelmRelease) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    if (metadata.name === failing) return ready === 'False';
    return ready === 'True' && status?.history?.[0]?.version === version;
  };
  await untilAll<HelmRelease>(client, selection, size + 1, isThere);
}

function nameOf(i: number): string {
  return `app-${String(i).padStart(5, '0')}`;
}

async function writeFleet(path: string, way: string): Promise<void> {
  const [cluster, chart] = [join(path, 'clusters', 'bench'), join(path, 'charts', 'app')];
  await mkdir(cluster, { recursive: true });
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n');
  await writeFile(join(chart, 'values.yaml'), 'greeting: hello\nport: 8080\n');
  await writeFile(join(chart, 'templates', 'app.yaml'), templates);
  await writeFile(join(cluster, 'values.yaml'), values('first'));
  await writeFile(join(cluster, 'chart.yaml'), helmChart);
  const names = Array.from({ length: size + 1 }, (_, i) => nameOf(i));
  await writeFile(join(cluster, 'releases.yaml'), names.map(name => release(name, way)).join('---\n'));
}

const values = (greeting: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: app, namespace: flux-system }
data: { values.yaml: "greeting: ${greeting}" }
`;

const helmChart = `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: { name: app, namespace: flux-system }
spec:
  interval: 10m
  chart: charts/app
  sourceRef: { kind: GitRepository, name: flux-system }
`;

const release = (name: string, way: string) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: ${name}, namespace: flux-system }
spec:
  interval: 1m
  targetNamespace: default
  releaseName: ${name}
  ${way}
  valuesFrom: [{ kind: ConfigMap, name: app }]
${name === failing ? '  values: { port: "no number" }\n' : ''}`;

/** Without Pods: what is measured is the loop, not what runs in the cluster. */
const templates = `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { greeting: {{ .Values.greeting | quote }} }
---
apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { app: {{ .Release.Name }} }
  ports: [{ port: {{ .Values.port }} }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: 0
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec:
      containers:
        - { name: app, image: "example.com/app:1.0", args: [{{ .Values.greeting | quote }}] }
`;
