import { describe, expect, test } from 'vitest';
import { readArchiveFiles } from './archive.ts';
import type { Chart, Metadata, Values } from './chart.ts';
import archives from './golden/archives.json' with { type: 'json' };
import charts from './golden/charts.json' with { type: 'json' };
import helmignore from './golden/helmignore.json' with { type: 'json' };
import { readIgnoreRules } from './helmignore.ts';
import { loadChart, loadChartFolder } from './load.ts';

interface Loaded {
  metadata: object;
  lock?: { dependencies: unknown[] | null };
  values: Values;
  templates: string[];
  files: string[];
  schema: boolean;
  charts: Loaded[];
}

interface ChartCase {
  name: string;
  files: { [name: string]: string };
  chart?: Loaded;
  error?: string;
}

function bytesOf(text: string): Uint8Array {
  return text.startsWith('base64:')
    ? new Uint8Array(Buffer.from(text.slice(7), 'base64'))
    : new TextEncoder().encode(text);
}

/** As the golden file has a chart: subcharts by name, because Helm has them in no order. */
function describeChart(chart: Chart): Loaded {
  const names = (files: { name: string }[]) => files.map(({ name }) => name);
  return {
    metadata: withoutNone(chart.metadata),
    ...(chart.lock && { lock: chart.lock }),
    values: chart.values,
    templates: names(chart.templates),
    files: names(chart.files),
    schema: chart.schema !== undefined,
    charts: chart.dependencies
      .map(describeChart)
      .sort((a, b) => (JSON.stringify(a.metadata) < JSON.stringify(b.metadata) ? -1 : 1)),
  };
}

/** Go's JSON leaves out a list of none. */
function withoutNone({ dependencies, ...metadata }: Metadata): object {
  return dependencies?.length ? { ...metadata, dependencies } : metadata;
}

/** Go's words for what is wrong with YAML, gzip and times are its own. */
function comparable(error: string): string {
  return (
    error
      .replace(/(error converting YAML to JSON: ).*/s, '$1…')
      .replace(/(parsing time "[^"]*" as ).*/, '$1…')
      .replace('archive/tar: unexpected EOF', 'unexpected EOF')
      .replace(/(EOF|invalid tar header): .*/, '$1')
      // Of what is too short for a header, Go says that it ends.
      .replace('gzip: invalid header', 'unexpected EOF')
  );
}

function problemOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return comparable((error as Error).message);
  }
  return 'nothing';
}

/** Go's JSON has null for a list that was not written. */
function withList({ lock, ...chart }: Loaded): Loaded {
  return lock === undefined ? chart : { ...chart, lock: { ...lock, dependencies: lock.dependencies ?? [] } };
}

/** What we refuse and Helm does not. */
const refused = new Map([['name /', 'validation: chart.metadata.name "/" is invalid']]);

describe('charts, as helm loads them', () => {
  const cases = (charts.cases as unknown as ChartCase[]).map(one => {
    const error = refused.get(one.name);
    return error === undefined ? one : { ...one, error };
  });
  test.each(cases)('$name', ({ files, chart, error }) => {
    const bytes = new Map(Object.entries(files).map(([name, text]) => [name, bytesOf(text)]));
    const load = () => loadChart(bytes, { anyVersion: true });
    if (error !== undefined) expect(problemOf(load)).toBe(comparable(error));
    else expect(describeChart(load())).toEqual(withList(chart!));
  });
});

interface ArchiveCase {
  name: string;
  bytes: string;
  files?: string[];
  error?: string;
}

describe('archives, as helm reads them', () => {
  test.each(archives.cases as ArchiveCase[])('$name', ({ bytes, files, error }) => {
    const read = () => readArchiveFiles(bytesOf(`base64:${bytes}`));
    if (error !== undefined) expect(problemOf(read)).toBe(comparable(error));
    else expect(read().map(({ name, data }) => `${name}=${Buffer.from(data).toString()}`)).toEqual(files);
  });
});

interface IgnoreCase {
  rules: string;
  kept: string[];
  error?: string;
}

describe('.helmignore, as helm obeys it', () => {
  const cases = helmignore.cases as IgnoreCase[];
  test.each(cases.map(one => ({ ...one, name: JSON.stringify(one.rules) })))(
    '$name',
    ({ rules, kept, error }) => {
      if (error !== undefined) {
        expect(() => readIgnoreRules(rules)).toThrow(error);
        return;
      }
      const ignores = readIgnoreRules(rules);
      const isKept = (path: string) => {
        const folders = path.split('/').map((_, at, parts) => parts.slice(0, at).join('/'));
        return !folders.some(folder => ignores(folder, true)) && !ignores(path, false);
      };
      expect(helmignore.tree.filter(isKept).sort()).toEqual(kept.sort());
    },
  );

  test('a folder is loaded without what its .helmignore names', () => {
    const chart = loadChartFolder([
      { name: 'values.yaml', data: bytesOf('a: 1\n') },
      { name: '.helmignore', data: bytesOf('docs/\n*.txt\n') },
      { name: 'docs/x.md', data: bytesOf('x') },
      { name: 'x.txt', data: bytesOf('x') },
      { name: 'x.md', data: bytesOf('x') },
      { name: 'Chart.yaml', data: bytesOf('apiVersion: v2\nname: a\nversion: 1.0.0\n') },
    ]);
    expect(chart.files.map(({ name }) => name)).toEqual(['.helmignore', 'x.md']);
  });
});
