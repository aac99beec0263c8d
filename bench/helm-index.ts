import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexFileJson, readIndexFile } from '@millrace/helm';
import { milliseconds, percentile, printTable } from './table.ts';

const rounds = 5;

/** An index of 30 MB: how long it takes to read it, and to find a version; beside helm, where it is on the PATH. */
export async function run(): Promise<void> {
  const text = sample(240, 100);
  const json = indexFileJson(readIndexFile(text));
  const size = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const rows = [
    ['@millrace/helm, read and checked', size(text.length), timed(() => readIndexFile(text))],
    [
      '@millrace/helm, the same and written as JSON',
      size(json.length),
      timed(() => indexFileJson(readIndexFile(text))),
    ],
    ['@millrace/helm, read again by each chart', size(json.length), timed(() => JSON.parse(json))],
  ];
  const helm = helmSearch(text);
  if (helm) rows.push([helm.name, size(text.length), helm.time]);
  else console.log('There is no helm on the PATH to compare with.');
  printTable(['what', 'index', 'median'], rows);
}

function timed(work: () => unknown): string {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return milliseconds(percentile(times, 0.5));
}

/** `helm search repo` of one chart, which reads the index as every use of a repository does. */
function helmSearch(text: string): { name: string; time: string } | undefined {
  const version = spawnSync('helm', ['version', '--short'], { encoding: 'utf8' });
  if (version.status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    mkdirSync(join(folder, 'cache'));
    writeFileSync(join(folder, 'cache', 'big-index.yaml'), text);
    const config = join(folder, 'repositories.yaml');
    writeFileSync(config, 'apiVersion: v1\nrepositories:\n- name: big\n  url: https://example.com\n');
    const args = ['--repository-config', config, '--repository-cache', join(folder, 'cache')];
    const time = timed(() => {
      const done = spawnSync('helm', ['search', 'repo', 'big/chart-0100', ...args], { encoding: 'utf8' });
      if (!done.stdout.includes('15.99.0')) throw new Error(`helm did not find the chart: ${done.stderr}`);
    });
    return { name: `helm ${version.stdout.trim()} search repo, a whole process`, time };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Entries as large public repositories have them. */
function sample(charts: number, versions: number): string {
  const parts = ['apiVersion: v1\nentries:\n'];
  for (let chart = 0; chart < charts; chart++) {
    const name = `chart-${String(chart).padStart(4, '0')}`;
    parts.push(`  ${name}:\n`);
    for (let version = 0; version < versions; version++) parts.push(entry(name, version));
  }
  parts.push('generated: "2023-11-20T10:11:12Z"\n');
  return parts.join('');
}

function entry(name: string, version: number): string {
  const digest = createHash('sha256').update(`${name} ${version}`).digest('hex');
  return `  - annotations:
      category: Infrastructure
      images: |
        - name: server
          image: registry.example.com/org/server:1.25.${version}-debian-11-r${version}
        - name: tools
          image: registry.example.com/org/tools:2.42.0-debian-11-r${version}
      licenses: Apache-2.0
    apiVersion: v2
    appVersion: 1.25.${version}
    created: "2023-11-${String((version % 28) + 1).padStart(2, '0')}T10:11:12.123456789Z"
    dependencies:
    - name: common
      repository: oci://registry.example.com/charts
      tags:
      - common
      version: 2.x.x
    description: A server that answers requests, and can stand before others of its kind, share
      the load between them and keep what they have answered. For sites with many visitors, since
      it is quick.
    digest: ${digest}
    home: https://example.com
    icon: https://example.com/assets/stacks/server/img/server-stack-220x234.png
    keywords:
    - server
    - http
    - web
    maintainers:
    - name: Somebody, Inc.
      url: https://example.com/org/charts
    name: ${name}
    sources:
    - https://example.com/org/charts/tree/main/charts/server
    urls:
    - https://charts.example.com/org/${name}-15.${version}.0.tgz
    version: 15.${version}.0
`;
}
