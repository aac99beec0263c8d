import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreUnusable } from '../errors.ts';
import { Compacted, type StoreEvent } from './history.ts';
import { forgetfulLog, type LogRecord, openLog, type RevisionLog } from './log.ts';
import { Store, StoreFailed } from './store.ts';

const resource = '/configmaps';

function object(name: string, text = '', namespace = 'default') {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, uid: `uid-${name}` },
    data: { text },
  };
}

describe('in memory', () => {
  test('subscribers hear of a write after its commit, in order', async () => {
    const store = new Store(forgetfulLog());
    const heard: string[] = [];
    store.subscribe(({ type, revision }) => heard.push(`${type} ${revision}`));
    store.put(resource, object('a'));
    store.put(resource, object('a', 'changed'));
    store.remove(resource, object('a', 'changed'));
    expect(heard).toEqual([]);
    await store.durable();
    expect(heard).toEqual(['ADDED 1', 'MODIFIED 2', 'DELETED 3']);
  });

  test('an index holds what there was and follows every write', () => {
    const store = new Store(forgetfulLog());
    store.put(resource, object('a', 'x'));
    const index = store.index(resource, ({ json }) => [JSON.parse(json).data.text]);
    expect(index.isHeld('x')).toBe(true);
    expect(index.isHeld('x', 'uid-a')).toBe(false);
    store.put(resource, object('b', 'x'));
    expect(index.isHeld('x', 'uid-a')).toBe(true);
    store.put(resource, object('a', 'y'));
    store.remove(resource, object('b', 'x'));
    expect([index.isHeld('x'), index.isHeld('y')]).toEqual([false, true]);
  });

  test('what has labels is found by them as by looking through all, whatever is written', () => {
    const write = fc.record({
      name: fc.nat(300).map(i => `n${i}`),
      namespace: fc.constantFrom('a', 'a-b', 'b'),
      labels: fc.dictionary(fc.constantFrom('x', 'y', 'z', '__proto__'), fc.constantFrom('', '1', '2')),
      goes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), writes => {
        const store = new Store(forgetfulLog());
        const put = (name: string, namespace: string, labels?: Record<string, string>) => {
          const plain = object(name, '', namespace);
          store.put(resource, { ...plain, metadata: { ...plain.metadata, ...(labels ? { labels } : {}) } });
        };
        for (let i = 0; i < 250; i++) put(`n${i}`, 'a', i % 3 ? { x: '1' } : {});
        const check = () => {
          for (const [labels, namespace] of [
            [['x=1']],
            [['x=1', 'y=2'], 'a'],
            [['z='], 'b'],
            [['__proto__=1']],
            [['none=1']],
          ] as const) {
            const wanted = labels.map(label => label.split('='));
            const all = store
              .list(resource, namespace)
              .filter(entry =>
                wanted.every(
                  ([key, value]) => Object.hasOwn(entry.labels, key!) && entry.labels[key!] === value,
                ),
              );
            expect(store.labelled(resource, labels, namespace)).toEqual(all);
          }
        };
        check();
        for (const { name, namespace, labels, goes } of writes) {
          if (!goes) put(name, namespace, labels);
          else if (store.get(resource, namespace, name)) store.remove(resource, object(name, '', namespace));
        }
        if (store.count(resource) >= 200) check();
      }),
      { numRuns: 20 },
    );
  });

  test('where there are few of a kind, none is found by its labels', () => {
    const store = new Store(forgetfulLog());
    store.put(resource, object('a'));
    expect(store.labelled(resource, ['x=1'])).toBeUndefined();
  });

  test('a list is ordered by namespace and name, and can be had as it was', () => {
    const store = new Store(forgetfulLog());
    store.put(resource, object('b'));
    store.put(resource, object('a'));
    store.put(resource, object('z', '', 'a-b'));
    const then = store.revision;
    store.put(resource, object('c'));
    store.put(resource, object('a', 'changed'));
    store.remove(resource, object('b'));
    const names = (entries: readonly { namespace: string; name: string }[]) =>
      entries.map(({ namespace, name }) => `${namespace}/${name}`);
    expect(names(store.list(resource))).toEqual(['a-b/z', 'default/a', 'default/c']);
    expect(names(store.listAt(then, resource))).toEqual(['a-b/z', 'default/a', 'default/b']);
    expect(store.listAt(then, resource, 'default')[0]?.revision).toBe(2);
  });

  test('history is bounded, and what is older than it is gone', async () => {
    const store = new Store(forgetfulLog(), { events: 10, bytes: 1 << 20 });
    for (let i = 0; i < 30; i++) {
      store.put(resource, object('a', `${i}`));
      await store.durable();
    }
    expect(store.oldest).toBeGreaterThan(10);
    expect(() => store.eventsAfter(5)).toThrow(Compacted);
    expect(store.eventsAfter(28).map(event => event.revision)).toEqual([29, 30]);
  });
});

describe('on disk', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-store-'));
    file = join(folder, 'store.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('state, history and revision survive', async () => {
    const first = new Store(openLog(file));
    first.put(resource, object('a', '1'));
    first.put(resource, object('a', '2'));
    first.put(resource, object('b'));
    first.remove(resource, object('b'));
    await first.durable();
    first.close();
    const second = new Store(openLog(file));
    expect(second.revision).toBe(4);
    expect(second.list(resource).map(entry => entry.name)).toEqual(['a']);
    expect(second.eventsAfter(1).map((event: StoreEvent) => event.type)).toEqual([
      'MODIFIED',
      'ADDED',
      'DELETED',
    ]);
    second.close();
  });

  test('compaction leaves one record for each object and never reuses a revision', async () => {
    const first = new Store(openLog(file), { events: 4, bytes: 1 << 20 });
    for (let i = 0; i < 50; i++) {
      first.put(resource, object('a', `${i}`));
      first.put(resource, object('b', `${i}`));
      await first.durable();
    }
    first.remove(resource, object('b'));
    await first.durable();
    first.close();
    const db = new DatabaseSync(file);
    expect(db.prepare('SELECT count(*) AS n FROM log').get()?.n).toBeLessThan(12);
    db.close();
    const second = new Store(openLog(file));
    expect(second.revision).toBe(101);
    expect(second.list(resource).map(entry => entry.name)).toEqual(['a']);
    expect(() => second.eventsAfter(3)).toThrow(Compacted);
    second.close();
  });

  test('a store in use, and a file that is none, are refused with a reason', () => {
    const log = openLog(file);
    expect(() => openLog(file)).toThrow(/another process serves from it/);
    log.close();
    const damaged = join(folder, 'package.db');
    new DatabaseSync(damaged).exec(
      "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER); INSERT INTO meta VALUES ('layout', 99)",
    );
    expect(() => openLog(damaged)).toThrow(StoreUnusable);
  });
});

describe('a log that refuses a write', () => {
  /** A log that can be full. */
  function moody() {
    const written: LogRecord[] = [];
    const state = { full: false };
    const refuse = () => {
      if (state.full) throw new Error('database or disk is full');
    };
    const log: RevisionLog = {
      compacted: 0,
      replay: () => [],
      write(records) {
        refuse();
        written.push(...records);
      },
      compact: refuse,
      close() {},
    };
    return { log, written, state };
  }

  test('takes back all of its transaction, and those who follow hear of that', async () => {
    const { log, written, state } = moody();
    const store = new Store(log);
    store.put(resource, object('kept', 'before'));
    store.put(resource, object('gone'));
    await store.durable();
    const heard: string[] = [];
    store.subscribe(({ type, entry }) => heard.push(`${type} ${entry.name}`));
    const index = store.index(resource, ({ name, json }) => [name, JSON.parse(json).data.text]);
    state.full = true;
    store.put(resource, object('kept', 'after'));
    store.put(resource, object('new'));
    store.remove(resource, object('gone'));
    await expect(store.durable()).rejects.toThrow(StoreFailed);
    expect(store.list(resource).map(({ name, revision }) => [name, revision])).toEqual([
      ['gone', 2],
      ['kept', 1],
    ]);
    expect(heard).toEqual(['ADDED gone', 'DELETED new', 'MODIFIED kept']);
    expect([store.revision, store.failed, store.eventsAfter(0).length]).toEqual([2, true, 2]);
    expect(() => store.put(resource, object('more'))).toThrow(StoreFailed);
    expect(store.ownedBy('nobody')).toEqual([]);
    expect(['before', 'after', 'new', 'gone'].map(key => index.isHeld(key))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(written).toHaveLength(2);
  });

  test('is written again when it can be, with the revisions that were not used', async () => {
    const { log, written, state } = moody();
    const store = new Store(log);
    state.full = true;
    store.put(resource, object('a'));
    await expect(store.durable()).rejects.toThrow(StoreFailed);
    state.full = false;
    await expect.poll(() => store.failed).toBe(false);
    store.put(resource, object('b'));
    await store.durable();
    expect(written.map(({ revision }) => revision)).toEqual([1]);
    store.close();
  });
});

test('records that cannot be read are told of and kept, and the others are served', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-store-'));
  const file = join(folder, 'store.db');
  const first = new Store(openLog(file));
  first.put(resource, object('a'));
  await first.durable();
  first.close();
  const poison = ['{"metadata":', 'null', '[]', '{}', '{"metadata":{"name":7}}', '"text"'];
  const db = new DatabaseSync(file);
  const insert = db.prepare('INSERT INTO log VALUES (?, ?, 0, ?)');
  for (const [i, json] of poison.entries()) insert.run(2 + i, resource, json);
  db.close();
  const told: string[] = [];
  const second = new Store(openLog(file), undefined, error => told.push((error as Error).message));
  expect(told).toHaveLength(poison.length);
  expect(told[0]).toMatch(/^record 2 of \/configmaps cannot be read, and is set aside: /);
  expect(second.list(resource).map(({ name }) => name)).toEqual(['a']);
  second.put(resource, object('b'));
  await second.durable();
  second.close();
  const kept = new DatabaseSync(file);
  expect(kept.prepare('SELECT count(*) AS count FROM log').get()).toEqual({ count: 2 + poison.length });
  kept.close();
  rmSync(folder, { recursive: true });
});
