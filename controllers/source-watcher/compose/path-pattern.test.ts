import { foldersOf } from '@millrace/artifact';
import { expect, test } from 'vitest';
import golden from '../golden/patterns.json' with { type: 'json' };
import { ComposeError } from './compose-error.ts';
import { requestsOf } from './path-pattern.ts';

interface Case {
  pattern: string;
  name: string;
  from: string;
  to: string;
  error?: string;
  made?: string[] | null;
}

const folders = foldersOf(golden.folders.map(folder => `${folder}/x`));

function made({ pattern, name, from, to }: Case): string[] {
  const requests = requestsOf([{ name, copy: [{ from, to }] }], pattern, alias =>
    alias === 'src' ? folders : undefined,
  );
  return requests.map(({ name: its, copy, labels }) => {
    const sorted = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    return [its, copy[0]?.from, copy[0]?.to, JSON.stringify(sorted)].join(' ');
  });
}

/** What Kubernetes' own rules say of themselves is said in other words here. */
const upToRules = (message: string) => message.replace(/( is not a valid Kubernetes [a-z ]+).*$/, '$1');

test.each(golden.cases.map((one: Case) => [`${one.pattern}, ${one.name}`, one] as const))(
  'a path pattern comes to what source-watcher makes of it: %s',
  (_, one) => {
    if (one.error === undefined) {
      expect(made(one)).toEqual(one.made ?? []);
      return;
    }
    let error: unknown;
    try {
      made(one);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ComposeError);
    expect(upToRules((error as ComposeError).message)).toBe(upToRules(one.error));
  },
);

test('a pattern that comes to too many artifacts is refused', () => {
  const many = Array.from({ length: 6000 }, (_, i) => `a/f${i}`);
  const output = { name: '{x}', copy: [{ from: '@src/a/{x}/**', to: '@artifact/' }] };
  expect(() => requestsOf([output], '@src/a/{x}', () => many)).toThrow(/more than 5000 artifacts/);
});
