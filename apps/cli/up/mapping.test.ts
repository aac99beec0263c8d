import { expect, test } from 'vitest';
import { explainUnreachable, mappingsIn } from './mapping.ts';

test('a URL is mapped to another, or to a folder', () => {
  expect(mappingsIn(['https://a.example/x=http://b.example', 'https://c.example=/'])).toEqual([
    { from: 'https://a.example/x', to: 'http://b.example' },
    { from: 'https://c.example', to: '/' },
  ]);
});

test.each(['https://a.example', 'a=b', '=b', 'https://a.example='])('%j maps nothing', text => {
  expect(() => mappingsIn([text])).toThrow('a folder or another URL are expected');
});

test('a folder has to be there', () => {
  expect(() => mappingsIn(['https://a.example=/no/such/folder'])).toThrow('there is no folder');
});

test('who cannot reach a repository is told how to map it', () => {
  const line =
    'HelmRepository/a/b  Failed: x: https://a.example/charts/index.yaml cannot be reached: refused';
  expect(explainUnreachable(line)).toContain('--map https://a.example/charts=FOLDER');
  expect(explainUnreachable('GitRepository/a/b  Failed: x')).toBe('GitRepository/a/b  Failed: x');
});
