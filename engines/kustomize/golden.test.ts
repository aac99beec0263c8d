import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isObject, type JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { diskTree } from './differential/disk-tree.ts';
import { BuildError, type BuildOptions, build, render } from './index.ts';

const golden = new URL('golden/', import.meta.url).pathname;

/**
 * Each case is a folder: `input/` with the directory to build (`path` says which, `.` else), and either
 * `expected.yaml`, which the real program printed, or `error.txt`, words that our error must have where
 * the real program refuses too. golden/VERSION names that program's version.
 */
describe('a kustomization builds as the real program builds it', () => {
  const cases = readdirSync(golden, { withFileTypes: true }).filter(entry => entry.isDirectory());
  test.each(cases.map(({ name }) => name))('%s', name => {
    const folder = `${golden}${name}`;
    const run = () =>
      build({ files: diskTree(`${folder}/input`), path: pathOf(folder), options: optionsOf(folder) });
    if (existsSync(`${folder}/error.txt`)) {
      expect(run).toThrow(BuildError);
      for (const words of readFileSync(`${folder}/error.txt`, 'utf8').trim().split('\n'))
        expect(run).toThrow(words);
    } else {
      expect(render(run().objects)).toBe(readFileSync(`${folder}/expected.yaml`, 'utf8'));
    }
  });
});

function pathOf(folder: string): string {
  return existsSync(`${folder}/path`) ? readFileSync(`${folder}/path`, 'utf8').trim() : '.';
}

function optionsOf(folder: string): BuildOptions {
  if (!existsSync(`${folder}/options.json`)) return { integers: 'exact' };
  const options: unknown = JSON.parse(readFileSync(`${folder}/options.json`, 'utf8'));
  return { integers: 'exact', ...(isObject(options) ? (options as JsonObject as BuildOptions) : {}) };
}
