import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { latest, parseConstraint, parseVersion } from './index.ts';

const versions =
  `0.0.1 0.0.3 0.0.4 0.1.0 0.2.3 0.2.9 0.3.0 1.0.0-alpha 1.0.0 1.1.9 1.2.0 1.2.3-alpha 1.2.3-beta
1.2.3 1.2.4 1.3.0 1.4.5 1.4.6 1.9.9 2.0.0-alpha 2.0.0-beta.1 2.0.0-beta.2 2.0.0 2.1.0 2.3.0 2.3.9 2.4.0
3.0.0-rc.1 3.0.0`.split(/\s+/);

const cases = readFileSync(new URL('./golden/constraints.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => line.split('\t') as [string, string]);

describe('constraints', () => {
  test.each(cases)('%s is met by what Masterminds/semver says', (constraint, expected) => {
    if (expected === 'ERR') {
      expect(() => parseConstraint(constraint)).toThrow('improper constraint');
      return;
    }
    if (expected === 'OK') {
      parseConstraint(constraint);
      return;
    }
    const meets = parseConstraint(constraint);
    expect(versions.filter(version => meets(parseVersion(version)!)).join(' ')).toBe(expected);
  });

  test('the latest full version is found as it was written', () => {
    expect(latest(['v1.0.0', '1.10.0', 'v1.9.0', 'latest', '1.x'], '1.x')).toBe('1.10.0');
    expect(latest(['v1.0.0'], '>2')).toBeUndefined();
  });

  test.each(['v2', '2', 'v2.1', '2.1.0-01', 'v2.1.0 ', 'vv2.1.0', 'V2.1.0', '=2.1.0', '2.1.0.0', ''])(
    '%j beside full versions is passed over',
    text => expect(latest(['v1.4.2', text], '*')).toBe('v1.4.2'),
  );

  test.each(['02.1.0', 'v2025.02.03', '2-rc.1.0'])('%j is a version', text =>
    expect(latest(['v1.4.2', text], '>=1.0.0-0')).toBe(text),
  );

  test('numbers are exact beyond what a double holds', () => {
    const tags = ['1.0.9007199254740992', '1.0.9007199254740993', '1.0.18446744073709551616'];
    expect(latest(tags, '*')).toBe('1.0.9007199254740993');
  });
});
