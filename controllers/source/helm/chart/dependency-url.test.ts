import { expect, test } from 'vitest';
import { repositoryUrl } from './dependency-url.ts';

test.each([
  ['https://charts.example.com', 'https://charts.example.com/'],
  ['https://charts.example.com/a//', 'https://charts.example.com/a/'],
  ['oci://registry.example.com/charts/', 'oci://registry.example.com/charts'],
])('a dependency of %s comes from %s', (repository, expected) => {
  expect(repositoryUrl(repository)).toBe(expected);
});

test.each([
  ['@stable', 'aliased repository dependency is not supported: @stable'],
  ['alias:stable', 'aliased repository dependency is not supported: alias:stable'],
  ['ssh://git@example.com/a', 'invalid dependency repository URL'],
  ['charts', 'invalid dependency repository URL'],
])('a dependency of %s comes from nowhere', (repository, problem) => {
  expect(() => repositoryUrl(repository)).toThrow(problem);
});
