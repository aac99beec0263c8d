import { describe, expect, test } from 'vitest';
import { findChartVersion } from './find-version.ts';

const versions = ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0-rc.2', 'v1.2.3', '0.9', '1.0.0+b'].map(
  version => ({ version }),
);

describe('the version of a chart', () => {
  test.each([
    ['', '1.10.0'],
    ['*', '1.10.0'],
    ['1.x', '1.10.0'],
    ['<1.10', '1.9.0'],
    ['>=1.0.0-0', '2.0.0-rc.2'],
    ['2.0.0-rc.1', '2.0.0-rc.1'],
    ['v1.2.3', 'v1.2.3'],
    ['1.2.3', 'v1.2.3'],
    ['0.9', '0.9'],
    ['1.0.0', '1.0.0'],
    ['~1.0.0', '1.0.0+b'],
  ])('for %j is %s', (wanted, expected) => {
    expect(findChartVersion(versions, 'app', wanted).version).toBe(expected);
  });

  test('of those that differ in their build, is the one that was made last', () => {
    const made = [
      { version: '1.0.0+b', created: '2020-01-02T00:00:00Z' },
      { version: '1.0.0+a', created: '2020-01-02T00:00:01.5Z' },
      { version: '1.0.0+c' },
    ];
    expect(findChartVersion(made, 'app', '1.x').version).toBe('1.0.0+a');
  });

  test.each([
    [undefined, '*', 'no chart name found'],
    [[], '*', 'no chart version found'],
    [versions, '3.x', "no 'app' chart with version matching '3.x' found"],
    [versions, 'a b', 'improper constraint: "a b"'],
    [[{ version: '0.9' }], '*', "no 'app' chart with version matching '*' found"],
  ])('is not among %j for %j', (there, wanted, problem) => {
    expect(() => findChartVersion(there, 'app', wanted)).toThrow(problem);
  });
});
