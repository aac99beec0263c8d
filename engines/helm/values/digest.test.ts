import { expect, test } from 'vitest';
import { valuesDigest } from './digest.ts';
import golden from './golden/digests.json' with { type: 'json' };
import { readValues } from './read.ts';

test.each(golden.cases)('the digest of $values is that of Flux', ({ values, digest }) => {
  expect(valuesDigest(readValues(values, 'values.yaml'))).toBe(digest);
});
