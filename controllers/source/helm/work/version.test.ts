import { expect, test } from 'vitest';
import { withBuild } from './version.ts';

test.each([
  ['1.2.3', '1', '1.2.3+1'],
  ['1.2.3-rc.1+old', 'abc.2', '1.2.3-rc.1+abc.2'],
  ['v1.2', '1', '1.2.0+1'],
])('%s with the build %s is %s', (version, build, expected) => {
  expect(withBuild(version, build)).toBe(expected);
});

test.each([
  ['one', '1', 'failed to parse version from chart metadata as SemVer'],
  ['1.0.0', 'a b', 'failed to set SemVer metadata'],
  ['1.0.0', '', 'failed to set SemVer metadata'],
])('%j with the build %j is none', (version, build, problem) => {
  expect(() => withBuild(version, build)).toThrow(problem);
});
