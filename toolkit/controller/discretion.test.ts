import { describe, expect, test } from 'vitest';
import { Discretion } from './discretion.ts';
import { Failed } from './outcome.ts';

const keeping = (...secrets: string[]) => {
  const discretion = new Discretion();
  discretion.keep(() => secrets);
  return discretion;
};

describe('what is said of an object', () => {
  test.each([
    ['the value hunter2hunter2 is bad', 'the value *** is bad'],
    ['as base64: aHVudGVyMmh1bnRlcjI=', 'as base64: ***'],
    ['https://me:word@host/x is away', 'https://host/x is away'],
    ['\u001b[31mred\u0007', 'red\ufffd'],
    ['admin is taken, administrators are not', '*** is taken, administrators are not'],
  ])('%j is %j', (text, shown) => {
    expect(keeping('hunter2hunter2', 'admin').plain(text)).toBe(shown);
  });

  test('names by which everybody knows things are shown, though a Secret says the same', () => {
    const discretion = keeping('shop', 'hunter2hunter2');
    discretion.allow(() => ['shop']);
    expect(discretion.plain('Secret/shop/db: hunter2hunter2')).toBe('Secret/shop/db: ***');
  });

  test('what went well is told with its names', () => {
    const note = { severity: 'info' as const, reason: 'Progressing', message: 'ConfigMap/shop/a created' };
    expect(keeping('shop').note(note)).toEqual(note);
  });

  test('a failure keeps its kind, and nothing of it shows a secret', () => {
    const words = 'not hunter2hunter2';
    const failure = keeping('hunter2hunter2').failure(
      new Failed('BuildFailed', words, {
        conditions: { Healthy: { status: 'False', reason: 'x', message: words }, Other: false },
        events: [{ severity: 'error', reason: 'x', message: words }],
        retryAfter: 5,
      }),
    );
    expect(failure).toMatchObject({ reason: 'BuildFailed', message: 'not ***', options: { retryAfter: 5 } });
    expect(JSON.stringify(failure.options)).not.toContain('hunter2');
  });
});
