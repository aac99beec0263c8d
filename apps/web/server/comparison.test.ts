import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { comparisonOf, most } from './comparison.ts';

const object = (kind: string, content: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a', namespace: 'team' },
  ...content,
});
const pair = (before: JsonObject, after: JsonObject) => ({
  object: 'X/team/a',
  action: 'changed' as const,
  before,
  after,
});
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('what Secrets hold', () => {
  const secret = (password: string) =>
    object('Secret', { data: { password: base64(password), same: 'YQ==' } });

  test('is shown as another, and not as what', async () => {
    const { objects } = await comparisonOf({
      pairs: [pair(secret('hunter2'), secret('hunter3'))],
      same: 0,
      secrets: [],
    });
    expect(JSON.stringify(objects)).not.toMatch(/hunter|aHVudGVy|YQ==/);
    expect(objects[0]!.fields).toEqual([
      { path: 'data.password', before: '***** (before)', after: '***** (after)' },
    ]);
  });

  test.each(['created', 'deleted'] as const)('is not shown of one that is %s', async action => {
    const side = action === 'created' ? { after: secret('hunter2') } : { before: secret('hunter2') };
    const { objects } = await comparisonOf({
      pairs: [{ object: 'Secret/team/a', action, ...side }],
      same: 0,
      secrets: [],
    });
    expect(JSON.stringify(objects)).toContain('*****');
    expect(JSON.stringify(objects)).not.toMatch(/aHVudGVy|YQ==/);
  });

  test('is hidden wherever else it turns up', async () => {
    const env = (value: string) => object('ConfigMap', { data: { url: `https://app:${value}@db` } });
    const found = await comparisonOf({
      pairs: [
        pair(env('hunter2-old'), env('hunter2-new')),
        { object: 'X/team/b', action: 'failed', problem: 'no field hunter2-new' },
      ],
      same: 0,
      notes: ['hunter2-old is odd'],
      secrets: ['hunter2-old', 'hunter2-new'],
    });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

test('what is too long is told, and not shown', async () => {
  const large = (fill: string) => object('ConfigMap', { data: { text: fill.repeat(most.text) } });
  const { objects } = await comparisonOf({ pairs: [pair(large('a'), large('b'))], same: 0, secrets: [] });
  expect(objects[0]).toMatchObject({
    before: '',
    after: '',
    fields: [],
    problem: 'it is too long to be shown here',
  });
});

test('very many objects, and very many secrets, come to an end', async () => {
  const pairs = Array.from({ length: 10_000 }, (_, i) =>
    pair(
      object('ConfigMap', { data: { i: 'x'.repeat(2000) } }),
      object('ConfigMap', { data: { i: `${i}` } }),
    ),
  );
  const secrets = Array.from({ length: 5000 }, (_, i) => `secret-${i}`);
  const { objects, left } = await comparisonOf({ pairs, same: 0, secrets });
  expect(objects.length + left).toBe(10_000);
});
