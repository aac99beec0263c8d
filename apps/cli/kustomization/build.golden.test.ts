import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fluxLines, typed } from '../testing/flux-lines.ts';

const golden = new URL('./golden/', import.meta.url);
const { lines, recorded } = fluxLines(golden, golden);

/** What is printed without a cluster, and what is said of a line that is wrong: as flux 2.9.4. */
describe('millrace', () => {
  const before = process.cwd();
  beforeAll(() => process.chdir(fileURLToPath(golden)));
  afterAll(() => process.chdir(before));

  test.each(lines)('%s', async line => {
    expect(await typed(line)).toEqual(recorded[line]);
  });

  test('leaves the folder as it is', async () => {
    const files = () => readdirSync(new URL('fleet', golden), { recursive: true }).toSorted();
    const [line] = lines.filter(one => one.startsWith('build kustomization plain'));
    const former = files();
    await typed(line!);
    expect(files()).toEqual(former);
  });
});
