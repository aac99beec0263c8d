import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Body } from '../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';

let subject: Subject;
let path: string;

beforeAll(async () => {
  subject = await conformanceSubject();
  path = `/api/v1/namespaces/${await freshNamespace(subject.client)}/secrets`;
  for (const name of ['a', 'b']) await subject.client.post(path, { metadata: { name, labels: { name } } });
});

afterAll(() => subject.stop());

/** The events of a watch up to the one that marks the end of the state it began with. */
async function initial(query: string): Promise<{ names: string[]; end: Body }> {
  const watch = subject.client.watch(`${path}?watch=1&allowWatchBookmarks=true&${query}`);
  const names: string[] = [];
  for (;;) {
    const event = await watch.next();
    if (event.type !== 'ADDED') {
      watch.close();
      return { names, end: event };
    }
    names.push(event.object.metadata.name);
  }
}

const tooFar = '99999999999';

describe('a watch', () => {
  test.each([
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', ['a', 'b']],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1', ['a', 'b']],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&labelSelector=name%3Db', ['b']],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Dnone', []],
    ['', ['a', 'b']],
    ['resourceVersion=0', ['a', 'b']],
  ])('marks the end of the state it begins with: %s', async (query, expected) => {
    const { names, end } = await initial(query);
    expect(names).toEqual(expected);
    expect(end).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'Secret',
        apiVersion: 'v1',
        metadata: {
          resourceVersion: expect.stringMatching(/^\d+$/),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    });
  });

  test('goes on after the end of the state it began with', async () => {
    const watch = subject.client.watch(
      `${path}?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Dnew`,
    );
    const { object: end } = await watch.next();
    await subject.client.post(path, { metadata: { name: 'new' } });
    const { type, object } = await watch.next();
    watch.close();
    expect([type, object.metadata.name]).toEqual(['ADDED', 'new']);
    expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(end.metadata.resourceVersion));
  });

  test('without the state begins with what happens after its revision', async () => {
    const { body } = await subject.client.get(path);
    const from = body.metadata.resourceVersion;
    await subject.client.post(path, { metadata: { name: 'later' } });
    for (const more of ['', '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan']) {
      const watch = subject.client.watch(`${path}?watch=1&resourceVersion=${from}${more}`);
      const { type, object } = await watch.next();
      watch.close();
      expect([type, object.metadata.name]).toEqual(['ADDED', 'later']);
    }
  });

  test('that wants a state that is not there yet ends in a 504', async () => {
    const { end } = await initial(
      `sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=${tooFar}`,
    );
    expect(end).toMatchObject({
      type: 'ERROR',
      object: {
        kind: 'Status',
        code: 504,
        reason: 'Timeout',
        details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
      },
    });
  });
});

describe('a list in pages', () => {
  test('is as it was when it began, whatever changes meanwhile', async () => {
    const { body: first } = await subject.client.get(`${path}?limit=1`);
    await subject.client.delete(`${path}/b`);
    const next = encodeURIComponent(first.metadata.continue);
    const { body: rest } = await subject.client.get(`${path}?continue=${next}`);
    expect(rest.items[0].metadata.name).toBe('b');
    expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    await subject.client.post(path, { metadata: { name: 'b', labels: { name: 'b' } } });
  });

  test('goes on with things as they are where its token asks for no consistency', async () => {
    const token = { v: 'meta.k8s.io/v1', rv: -1, start: 'a\u0000' };
    const next = Buffer.from(JSON.stringify(token)).toString('base64url');
    const { code, body } = await subject.client.get(`${path}?limit=1&continue=${next}`);
    expect([code, body.items[0].metadata.name]).toEqual([200, 'b']);
  });

  test('that has come to the last page says nothing of more', async () => {
    const { body } = await subject.client.get(`${path}?limit=500`);
    expect(body.metadata).toEqual({ resourceVersion: expect.stringMatching(/^\d+$/) });
  });
});
