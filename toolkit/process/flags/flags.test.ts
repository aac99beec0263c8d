import { describe, expect, test } from 'vitest';
import { boolean, choice, duration, FlagError, list, number, text, valuesOf } from './index.ts';

const set = {
  concurrent: number('concurrent', 8, '', { least: 1 }),
  qps: number('qps', 0, '', { whole: false }),
  wait: boolean('wait', true, ''),
  delay: duration('delay', '1m30s', ''),
  account: text('account', '', ''),
  level: choice('level', ['info', 'error'], 'info', ''),
  managers: list('manager', ''),
};
const read = (given: Record<string, string | string[]>) => valuesOf(set, name => given[name]);

describe('flags', () => {
  test('have their defaults where they are left out', () => {
    expect(read({})).toEqual({
      concurrent: 8,
      qps: 0,
      wait: true,
      delay: 90_000,
      account: '',
      level: 'info',
      managers: [],
    });
  });

  test('may have others in a Pod', () => {
    const address = { metrics: text('metrics-addr', '0', '', { inPod: ':8080' }), account: set.account };
    expect(valuesOf(address, () => undefined)).toEqual({ metrics: '0', account: '' });
    expect(valuesOf(address, () => undefined, true)).toEqual({ metrics: ':8080', account: '' });
    expect(valuesOf(address, () => '127.0.0.1:1', true)).toMatchObject({ metrics: '127.0.0.1:1' });
  });

  test('are read by their kind', () => {
    const given = { concurrent: '2', qps: '0.5', wait: 'F', delay: '250ms', account: 'x', level: 'error' };
    expect(read({ ...given, manager: ['a', 'b'] })).toEqual({
      concurrent: 2,
      qps: 0.5,
      wait: false,
      delay: 250,
      account: 'x',
      level: 'error',
      managers: ['a', 'b'],
    });
  });

  test.each([
    ['concurrent', '0'],
    ['concurrent', '1.5'],
    ['concurrent', '-1'],
    ['concurrent', '1e9'],
    ['concurrent', ''],
    ['concurrent', ' 3'],
    ['wait', 'yes'],
    ['delay', 'soon'],
    ['delay', '9'.repeat(400)],
    ['account', ' '],
    ['account', '\t\n'],
    ['level', 'warn'],
    ['level', 'constructor'],
    ['manager', ''],
    ['manager', ' '],
  ])('--%s=%j is refused by name', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(FlagError);
    expect(() => read({ [name]: value })).toThrow(`for "--${name}" flag`);
  });
});
