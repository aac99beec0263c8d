import { describe, expect, test } from 'vitest';
import { loadChart } from '../chart/load.ts';
import { prepareChart } from './prepare.ts';

function chartOf(files: { [name: string]: string }) {
  return loadChart(
    Object.entries(files).map(([name, text]) => ({ name, data: new TextEncoder().encode(text) })),
  );
}

const chart = chartOf({
  'Chart.yaml':
    'apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n- name: sub\n  version: 1.x\n  condition: sub.enabled\n',
  'values.yaml': 'replicas: 1\nsub:\n  enabled: true\n',
  'values.schema.json': '{"properties": {"replicas": {"type": "integer"}}}',
  'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.2.3\n',
  'charts/sub/values.yaml': 'a: 1\n',
  'charts/sub/values.schema.json': '{"properties": {"a": {"minimum": 1}}}',
});

describe('preparing a chart', () => {
  test('gives the charts that take part, and their values', () => {
    expect(prepareChart(chart, {}).values).toEqual({
      replicas: 1,
      sub: { enabled: true, a: 1, global: {} },
    });
    const without = prepareChart(chart, { sub: { enabled: false } });
    expect(without.chart.dependencies).toEqual([]);
    expect(chart.dependencies).toHaveLength(1);
  });

  test('values must meet the schemas of all charts', () => {
    expect(() => prepareChart(chart, { replicas: 'x', sub: { a: 0 } })).toThrow(
      "values don't meet the specifications of the schema(s) in the following chart(s):\n" +
        "demo:\n- at '/replicas': got string, want integer\nsub:\n- at '/a': minimum: got 0, want 1\n",
    );
    expect(prepareChart(chart, { replicas: 'x' }, { skipSchemaValidation: true }).values.replicas).toBe('x');
  });

  test('a schema is not fetched, but the caller may have it', () => {
    const remote = chartOf({
      'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 1.0.0\n',
      'values.schema.json': '{"$ref": "https://example.com/values.json"}',
    });
    expect(() => prepareChart(remote, {})).toThrow(
      'failing loading "https://example.com/values.json": it is not at hand',
    );
    const resolve = (url: string) =>
      url === 'https://example.com/values.json' ? { required: ['a'] } : undefined;
    expect(() => prepareChart(remote, {}, { resolve })).toThrow("- at '': missing property 'a'");
    expect(() => prepareChart(remote, { a: 1 }, { resolve })).not.toThrow();
  });

  test('a dependency that is not in charts/ is an error, whether it is enabled or not', () => {
    const { dependencies: _, ...rest } = chart;
    expect(() => prepareChart({ ...rest, dependencies: [] }, { sub: { enabled: false } })).toThrow(
      'found in Chart.yaml, but missing in charts/ directory: sub',
    );
  });
});
