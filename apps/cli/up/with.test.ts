import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { objectsIn } from './with.ts';

describe('the files of --with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-with-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (text: string) => {
    const path = join(folder, 'objects.yaml');
    writeFileSync(path, text);
    return path;
  };

  test('hold objects, in their order', () => {
    expect(objectsIn([file('---\n---\n')])).toEqual([]);
    const one =
      '{apiVersion: v1, kind: Secret, metadata: {name: a}}\n---\n{apiVersion: v1, kind: Secret, metadata: {name: b}}';
    expect(objectsIn([file(one)]).map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  test.each([
    ['a: "hunter2', /line 1: it is no YAML/],
    ['hunter2', /document 1 is no object/],
    ['apiVersion: v1\nkind: Secret\nmetadata: {namespace: hunter2}', /document 1 is no object/],
  ])('are told what is wrong with them, and not what they hold: %s', (text, message) => {
    const read = () => objectsIn([file(text)]);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hunter2/);
  });

  test('that are not there are named', () => {
    expect(() => objectsIn(['/none.yaml'])).toThrow('--with /none.yaml: there is no such file');
  });
});
