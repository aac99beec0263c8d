import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Golden, goldenEnvironments, outcome } from './golden/show.ts';

// Made by cel-go 0.26.0 with the environment of k8s.io/apiserver v0.36.3, and for `flux` with that of
// github.com/fluxcd/pkg/runtime/cel: results, errors, types and costs.
const goldens: Golden[] = JSON.parse(
  readFileSync(new URL('./golden/expressions.json', import.meta.url), 'utf8'),
);
const environments = goldenEnvironments();

test('there are many goldens of each kind', () => {
  const count = (field: keyof Golden) => goldens.filter(golden => golden[field] !== undefined).length;
  expect(count('value')).toBeGreaterThan(600);
  expect(count('error')).toBeGreaterThan(100);
  expect(count('issue')).toBeGreaterThan(200);
});

test.each(goldens.map(golden => [golden.expr, golden] as const))('%s', (_expr, golden) => {
  const { expr, type, value, error, issue, cost } = golden;
  const got = outcome(golden, environments);
  expect({ ...got, cost: got.cost }).toEqual({
    expr,
    ...(type !== undefined && { type }),
    ...(value !== undefined && { value }),
    ...(error !== undefined && { error }),
    ...(issue !== undefined && { issue }),
    cost,
  });
});
