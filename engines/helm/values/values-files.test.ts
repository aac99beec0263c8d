import { describe, expect, test } from 'vitest';
import { loadChart } from '../chart/load.ts';
import { mergeValuesFiles, valuesIn, withDefaults } from './values-files.ts';

const bytes = (text: string) => Buffer.from(text);
const files: Record<string, string> = {
  'a.yaml': 'x: 1\nm: {a: 1, b: 2}\nz: {c: 1}\n',
  'b.yaml': 'm: {b: ~, c: 3}\nz: 4\n',
};
const read = (file: string) => (Object.hasOwn(files, file) ? valuesIn(bytes(files[file]!), file) : undefined);
const chartOf = (values: string | undefined) =>
  loadChart([
    { name: 'Chart.yaml', data: bytes('apiVersion: v2\nname: a\nversion: 1.0.0\n') },
    ...(values === undefined ? [] : [{ name: 'values.yaml', data: bytes(values) }]),
  ]);

describe('files of values', () => {
  test('are merged table by table, later ones over earlier ones', () => {
    expect(mergeValuesFiles({ files: ['a.yaml', 'b.yaml'], ignoreMissing: false }, read)).toEqual({
      values: { x: 1, m: { a: 1, b: null, c: 3 }, z: 4 },
      files: ['a.yaml', 'b.yaml'],
    });
  });

  test('that are missing are passed over where that is wanted', () => {
    const request = { files: ['no.yaml', 'b.yaml'], ignoreMissing: true };
    expect(mergeValuesFiles(request, read).files).toEqual(['b.yaml']);
    expect(() => mergeValuesFiles({ ...request, ignoreMissing: false }, read)).toThrow(
      "no values file found at path 'no.yaml'",
    );
  });

  test.each(['- a\n', 'a: [\n', 'text'])('%j is refused with its name', text => {
    expect(() => valuesIn(bytes(text), 'a.yaml')).toThrow("unmarshaling values from 'a.yaml' failed");
  });

  test('take the place of the defaults of a chart', () => {
    const { raw, values } = withDefaults(chartOf('a: 1\n'), { b: { c: 1_000_000, d: 1.5 } });
    expect(values).toEqual({ b: { c: 1_000_000, d: 1.5 } });
    expect(String(raw.find(({ name }) => name === 'values.yaml')?.data)).toBe('b:\n  c: 1000000\n  d: 1.5\n');
  });

  test('need a chart that has defaults, as in Flux', () => {
    expect(() => withDefaults(chartOf(undefined), { a: 1 })).toThrow(
      'failed to locate values file: values.yaml',
    );
  });
});
