import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { journalFollowing, journalOf } from './journal-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-journal-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const written = async (text: string) => {
  const file = join(folder, 'journal.jsonl');
  await writeFile(file, text);
  return journalOf(file);
};

test('begins with what its file has, but for what is none', async () => {
  const journal = await written('{"a":1}\nnonsense\n[1]\n\n{"a":2}\n{"a":');
  expect(journal.entries()).toEqual([{ a: 1 }, { a: 2 }]);
});

test('has nothing where there is no file', async () => {
  expect((await journalOf(join(folder, 'none'))).entries()).toEqual([]);
});

test('keeps the last thousand, of a file of any length', async () => {
  const line = (n: number) => `${JSON.stringify({ n, text: 'x'.repeat(1000) })}\n`;
  const journal = await written(Array.from({ length: 6000 }, (_, n) => line(n)).join(''));
  journal.add({ n: 6000 });
  expect(journal.entries()).toHaveLength(1000);
  expect(journal.entries().at(-2)).toMatchObject({ n: 5999 });
});

test('cuts what is too long of an entry, and says so', async () => {
  const journal = await written('');
  const event = {
    involvedObject: { kind: 'Kustomization', name: 'n'.repeat(253) },
    message: 'x'.repeat(100_000),
  };
  const fields = Array.from({ length: 3000 }, (_, i) => ({ path: `data.${i}`, before: 'y'.repeat(2000) }));
  journal.add({ time: 'now', event, requests: [{ body: 'z'.repeat(100_000) }] });
  journal.add({ time: 'now', action: 'changed', fields });
  journal.add({
    time: 'now',
    body: Array.from({ length: 9 }, () => Array(20).fill(Array(20).fill('w'.repeat(999)))),
  });
  expect(journal.entries()).toMatchObject([
    {
      time: 'now',
      event: { involvedObject: event.involvedObject, message: `${'x'.repeat(8192)} …` },
      requests: [{ body: `${'z'.repeat(8192)} …` }],
      isCut: true,
    },
    {
      action: 'changed',
      fields: fields.slice(0, 20).map(one => ({ ...one, before: `${'y'.repeat(1024)} …` })),
      isCut: true,
    },
    { time: 'now', isCut: true },
  ]);
  for (const entry of journal.entries()) expect(JSON.stringify(entry).length).toBeLessThanOrEqual(64 * 1024);
});

test('tells what comes', async () => {
  const journal = await written('');
  const heard: object[] = [];
  const stop = journal.subscribe(entry => heard.push(entry));
  journal.add({ a: 1 });
  stop();
  journal.add({ a: 2 });
  expect(heard).toEqual([{ a: 1 }]);
});

describe('a file that others write to', () => {
  const following = async (text: string) => {
    const file = join(folder, 'followed.jsonl');
    await writeFile(file, text);
    const journal = await journalFollowing(file);
    onTestFinished(() => journal.stop());
    return { file, journal };
  };

  test('is followed line by line, whatever portions it grows by', async () => {
    const { file, journal } = await following('{"a":1}\n{"a":');
    await appendFile(file, '"ä"}');
    await appendFile(file, '\n{"a":3}\nnonsense\n{"a":4');
    await expect.poll(() => journal.entries()).toEqual([{ a: 1 }, { a: 'ä' }, { a: 3 }]);
  });

  test('is followed after it was copied and truncated', async () => {
    const { file, journal } = await following('{"a":1}\n{"a":2}\n');
    await truncate(file);
    await appendFile(file, '{"a":3}\n');
    await expect.poll(() => journal.entries()).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  test('has to be there', async () => {
    await expect(journalFollowing(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});
