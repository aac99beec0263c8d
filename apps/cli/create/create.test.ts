import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fluxLines, typed } from '../testing/flux-lines.ts';

const golden = new URL('./golden/', import.meta.url);
const files = new URL('files/', golden);
const { lines, recorded } = fluxLines(golden, files);

/** What `create ... --export` prints, and what is said of a line that is wrong: as flux 2.9.4. */
describe('millrace', () => {
  const before = process.cwd();
  beforeAll(() => process.chdir(fileURLToPath(files)));
  afterAll(() => process.chdir(before));

  test.each(lines)('%s', async line => {
    expect(await typed(line)).toEqual(recorded[line]);
  });
});
