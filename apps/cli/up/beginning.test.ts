import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { beginningOf } from './beginning.ts';

const options = {};

describe('the fleet of a data folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-beginning-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is the sample where nobody asks for another', () => {
    expect(beginningOf(folder, options)).toBe('sample');
  });

  test.each(['bootstrap', 'empty'] as const)('that began with --%s goes on from it', name => {
    expect(beginningOf(folder, { ...options, [name]: true })).toBe(name);
    expect(beginningOf(folder, options)).toBe(name);
  });

  test('is not replaced by another', () => {
    beginningOf(folder, options);
    expect(() => beginningOf(folder, { ...options, bootstrap: true })).toThrow(
      /began with the sample fleet: choose another --data-dir/,
    );
    expect(beginningOf(folder, options)).toBe('sample');
  });

  test('does not matter where nothing of the cluster is kept', () => {
    beginningOf(folder, options);
    expect(beginningOf(folder, { ...options, bootstrap: true, inMemory: true })).toBe('bootstrap');
  });

  test('that is empty has no end that could be waited for', () => {
    const once = { ...options, once: true };
    expect(() => beginningOf(folder, { ...once, empty: true })).toThrow(/--once has no end to wait for/);
    expect(() => beginningOf(folder, once)).toThrow(/--once has no end to wait for/);
  });

  test('is the sample where the folder says nothing that is known', () => {
    writeFileSync(join(folder, 'beginning'), 'nonsense');
    expect(beginningOf(folder, options)).toBe('sample');
  });
});
