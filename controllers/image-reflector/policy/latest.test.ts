import { readFileSync } from 'node:fs';
import type { ImagePolicy } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import { InvalidPolicy, latestOf } from './latest.ts';

interface Case {
  tags: string[];
  spec: ImagePolicy['spec'];
  latest?: string;
  error?: string;
  invalid?: boolean;
}

/** What image-reflector-controller v1.2.0 chooses. Its words for expressions that are none are those of Go. */
const golden = readFileSync(new URL('../golden/policies-v1.2.0.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line) as Case);

const chosen = ({ tags, spec }: Case): Omit<Case, 'tags' | 'spec'> => {
  try {
    const latest = latestOf(tags, spec);
    return latest === '' ? {} : { latest };
  } catch (error) {
    const { message } = error as Error;
    return { error: message, ...(error instanceof InvalidPolicy ? { invalid: true } : {}) };
  }
};

describe('a policy', () => {
  test.each(golden.map((one, i) => [i, one] as const))('chooses as upstream in case %i', (_, one) => {
    const { tags: _t, spec: _s, error, ...expected } = one;
    const found = chosen(one);
    if (error?.includes('regular expression')) expect(found).toMatchObject({ invalid: true });
    else expect(found).toEqual({ ...expected, ...(error === undefined ? {} : { error }) });
  });

  test('is followed in a time that grows with the list', () => {
    const tags = Array.from({ length: 50_000 }, (_, i) => `v1.${i % 100}.${i}`);
    expect(latestOf(tags, { policy: { semver: { range: '>=1.0.0' } } } as ImagePolicy['spec'])).toBe(
      'v1.99.49999',
    );
    const filterTags = { pattern: '^v(?P<x>(a+)+|[0-9.]+)$', extract: '$x' };
    const spec = { policy: { alphabetical: {} }, filterTags } as ImagePolicy['spec'];
    expect(latestOf([...tags, `v${'a'.repeat(120)}!`], spec)).toBe('v1.99.9999');
  });
});
