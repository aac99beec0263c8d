import { afterAll, beforeAll, expect, test } from 'vitest';
import { conformanceSubject, type Subject } from '../testing/conformance.ts';

let subject: Subject;
const path = '/apis/batch/v1/namespaces/default/jobs';

beforeAll(async () => {
  subject = await conformanceSubject();
});

afterAll(() => subject.stop());

const job = (spec: object, restartPolicy = 'Never') => ({
  metadata: { name: 'conformance' },
  spec: { template: { spec: { restartPolicy, containers: [{ name: 'main', image: 'busybox' }] } }, ...spec },
});
const indexed = (more: object) => ({ completionMode: 'Indexed', completions: 3, parallelism: 2, ...more });
const onCodes = (codes: object) => ({
  podFailurePolicy: {
    rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1], ...codes } }],
  },
});
const onRule = (...rules: object[]) => ({ podFailurePolicy: { rules } });
const onSuccess = (...rules: object[]) => indexed({ successPolicy: { rules } });
const condition = { type: 'Ready' };

test.each([
  { maxFailedIndexes: 1 },
  indexed({ maxFailedIndexes: 1 }),
  indexed({ backoffLimitPerIndex: 1, maxFailedIndexes: 4 }),
  indexed({ backoffLimitPerIndex: -1 }),
  indexed({ parallelism: 200_000 }),
  indexed({ completions: 200_000, backoffLimitPerIndex: 1 }),
  { podReplacementPolicy: 'X' },
  { ...onCodes({}), podReplacementPolicy: 'TerminatingOrFailed' },
  onCodes({ values: [] }),
  onCodes({ values: [0] }),
  onCodes({ values: [2, 1] }),
  onCodes({ values: [1, 1] }),
  onCodes({ operator: 'Foo' }),
  onCodes({ containerName: 'nope' }),
  onRule({ action: 'FailIndex', onPodConditions: [condition] }),
  onRule({ action: 'Foo', onPodConditions: [condition] }),
  onRule({ onPodConditions: [condition] }),
  onRule({ action: 'Ignore' }),
  onRule({ action: 'Ignore', onPodConditions: [{ type: 'X y', status: 'Y' }] }),
  onRule(...Array(21).fill({ action: 'Ignore', onPodConditions: [condition] })),
  { successPolicy: { rules: [{ succeededCount: 1 }] } },
  indexed({ successPolicy: {} }),
  onSuccess({}),
  onSuccess({ succeededCount: 4 }),
  onSuccess({ succeededIndexes: '5' }),
  onSuccess({ succeededIndexes: '2-1' }),
  onSuccess({ succeededIndexes: 'a' }),
  onSuccess({ succeededIndexes: '0-1-2' }),
  onSuccess({ succeededIndexes: '0-1', succeededCount: 3 }),
  { managedBy: 'a' },
  { managedBy: '' },
])('a Job with %j is refused', async spec => {
  const { code, body } = await subject.client.post(`${path}?dryRun=All`, job(spec));
  expect(code).toBe(422);
  expect(body.details.causes).toMatchSnapshot();
});

test('a policy on failures wants Pods that are not started again', async () => {
  const { body } = await subject.client.post(`${path}?dryRun=All`, job(onCodes({}), 'OnFailure'));
  expect(body.details.causes).toMatchSnapshot();
});

test.each([
  [{}, { completions: 5 }, 422],
  [indexed({}), { completions: 5 }, 422],
  [indexed({}), { completions: 5, parallelism: 5 }, 200],
  [{}, { completionMode: 'Indexed' }, 422],
  [indexed({}), { successPolicy: { rules: [{ succeededCount: 1 }] } }, 422],
  [indexed({}), { backoffLimitPerIndex: 1 }, 422],
  [{}, { managedBy: 'example.com/x' }, 422],
  [{}, { template: { spec: { nodeSelector: { a: 'b' } } } }, 200],
])('of a suspended Job with %j, a change of %j', async (spec, change, code) => {
  const created = await subject.client.post(path, {
    ...job({ suspend: true, ...spec }),
    metadata: { generateName: 'conformance-' },
  });
  const own = `${path}/${created.body.metadata.name}`;
  const merge = 'application/merge-patch+json';
  const changed = await subject.client.patch(`${own}?dryRun=All`, merge, { spec: change });
  expect(changed.code).toBe(code);
  if (code === 422) expect(changed.body.details.causes).toMatchSnapshot();
  await subject.client.delete(`${own}?propagationPolicy=Background`);
});
