import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Chart, Values } from '../chart/chart.ts';
import { loadChart } from '../chart/load.ts';
import { coalesceValues } from '../values/coalesce.ts';
import { processDependencies } from './process.ts';

interface Node {
  name: string;
  values: Values;
  dependencies?: unknown[];
  charts?: Node[];
}

interface Case {
  name: string;
  files: Record<string, string>;
  values: Values;
  tree?: Node;
  final?: Values;
  error?: string;
  warnings?: string[];
}

const { cases } = JSON.parse(readFileSync(new URL('golden/trees.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

function nodeOf(chart: Chart): Node {
  const charts = chart.dependencies.map(nodeOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  const { dependencies } = chart.metadata;
  return {
    name: chart.metadata.name,
    values: chart.values,
    ...(dependencies && { dependencies }),
    ...(charts.length > 0 && { charts }),
  };
}

describe('chart trees, as helm has them', () => {
  test.each(cases)('$name', ({ files, values, tree, final, error, warnings }) => {
    const heard = new Set<string>();
    const warn = (message: string) => heard.add(message);
    const run = () => {
      const bytes = new Map(
        Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]),
      );
      const chart = loadChart(bytes, { warn });
      const before = structuredClone(chart);
      const processed = processDependencies(chart, values, warn);
      const result = { tree: nodeOf(processed), final: coalesceValues(processed, values, warn) };
      expect(chart, 'the chart stays as it was').toEqual(before);
      return result;
    };
    if (error !== undefined) {
      expect(run).toThrow(error.replace(/^load: /, ''));
      return;
    }
    const result = run();
    expect(result.final).toEqual(final);
    expect(result.tree).toEqual(tree);
    expect(heard.size > 0).toBe(warnings !== undefined);
  });
});
