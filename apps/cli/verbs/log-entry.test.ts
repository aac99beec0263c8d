import { expect, test } from 'vitest';
import { formatLogEntry, isWanted, type LogFilter, parseLogEntry } from './log-entry.ts';

const line = JSON.stringify({
  level: 'error',
  ts: '2026-01-01T00:00:00.000Z',
  msg: 'Reconciliation failed',
  error: 'no such path',
  controllerKind: 'Kustomization',
  name: 'apps',
  namespace: 'flux-system',
});
const entry = parseLogEntry(line)!;

test('an entry is printed as flux logs prints it', () => {
  expect(formatLogEntry(entry)).toBe(
    '2026-01-01T00:00:00.000Z error Kustomization/apps.flux-system - Reconciliation failed no such path',
  );
});

test('an entry about no object ends with a space where the error would stand', () => {
  const text = formatLogEntry(parseLogEntry('{"level":"info","ts":"t","msg":"Starting manager"}')!);
  expect(text).toBe('t info  - Starting manager ');
});

test('older controllers name the kind otherwise', () => {
  expect(parseLogEntry('{"reconciler kind":"GitRepository"}')?.kind).toBe('GitRepository');
});

test.each(['panic: oh no', '{"level":', '[]', '"text"', ''])('%j is no entry', text => {
  expect(parseLogEntry(text)).toBeUndefined();
});

test.each<[LogFilter, boolean]>([
  [{}, true],
  [{ level: 'info' }, false],
  [{ kind: 'kustomization', name: 'APPS', namespace: 'flux-system' }, true],
  [{ name: 'other' }, false],
  [{ namespace: 'default' }, false],
  [{ since: Date.parse('2025-12-31T23:59:59Z') }, true],
  [{ since: Date.parse('2026-01-01T00:00:01Z') }, false],
])('filter %j: %s', (filter, wanted) => {
  expect(isWanted(entry, filter)).toBe(wanted);
});
