import { describe, expect, test } from 'vitest';
import { alertOf, eventOf } from '../events/testing/objects.ts';
import { type Complaint, letsThrough, sourcesNaming } from './alert-rules.ts';

describe('the sources of an Alert', () => {
  test.each([
    ['by its name', { kind: 'Kustomization', name: 'apps' }, true],
    ['by a wildcard', { kind: 'Kustomization', name: '*' }, true],
    ['in its namespace', { kind: 'Kustomization', name: 'apps', namespace: 'team' }, true],
    ['of another name', { kind: 'Kustomization', name: 'infra' }, false],
    ['of another namespace', { kind: 'Kustomization', name: '*', namespace: 'other' }, false],
    ['of another kind', { kind: 'GitRepository', name: 'apps' }, false],
    ['by a part of its name', { kind: 'Kustomization', name: 'app*' }, false],
  ] as const)('name an object %s', (_, source, expected) => {
    expect(sourcesNaming(alertOf({ eventSources: [source] }), eventOf())).toHaveLength(expected ? 1 : 0);
  });

  test.each([
    ['info', 'info', true],
    ['info', 'error', true],
    ['error', 'error', true],
    ['error', 'info', false],
  ] as const)('of severity %s take events of severity %s: %s', (wanted, severity, expected) => {
    expect(sourcesNaming(alertOf({ eventSeverity: wanted }), eventOf({ severity }))).toHaveLength(
      expected ? 1 : 0,
    );
  });
});

describe('a message', () => {
  const message = 'Health check passed in 5ms\nall is well';
  test.each<[string, string[] | undefined, string[] | undefined, boolean]>([
    ['without lists', undefined, undefined, true],
    ['that is included', ['no', 'passed.*ms$'], undefined, false],
    ['that is included on one of its lines', ['(?m)passed.*ms$'], undefined, true],
    ['that nothing includes', ['never'], undefined, false],
    ['that is excluded', undefined, ['^Health'], false],
    ['that is included and excluded', ['Health'], ['well$'], false],
    ['that an empty list includes', [], [], true],
  ])('%s', (_, inclusionList, exclusionList, expected) => {
    const alert = alertOf({
      ...(inclusionList ? { inclusionList } : {}),
      ...(exclusionList ? { exclusionList } : {}),
    });
    expect(letsThrough(alert, message, () => {})).toBe(expected);
  });

  test('passes an exclusion that is no expression, which is told', () => {
    const told: Complaint[] = [];
    expect(letsThrough(alertOf({ exclusionList: ['('] }), message, about => told.push(about))).toBe(true);
    expect(told).toEqual([{ reason: 'InvalidConfig', message: 'failed to compile exclusion regex: (' }]);
  });

  test('is looked through in a time that grows with its length', () => {
    const long = `${'a'.repeat(200_000)}!`;
    expect(letsThrough(alertOf({ exclusionList: ['(a+)+$', '(a|aa)+b'] }), long, () => {})).toBe(true);
  });
});
