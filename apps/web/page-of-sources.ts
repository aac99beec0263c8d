import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptPage, mostKept, readPage } from './kept-page.ts';

/**
 * The files of the page, by name, of the sources beside which this runs: as they were kept, or bundled now, which takes
 * a second. Throws an error that says why there is no page.
 */
export async function pageOfSources(): Promise<Map<string, string>> {
  const kept = await keptPage(join(import.meta.dirname, '../..'));
  return (kept ?? (await makePage())).files;
}

async function makePage() {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, 'make-page.ts')],
    { maxBuffer: mostKept },
  ).catch(cause => {
    throw new Error(`the page could not be bundled: ${reasonOf(cause.stderr || cause.message)}`, { cause });
  });
  const page = readPage(stdout);
  if (!page) throw new Error('the page could not be bundled: not all of it came');
  return page;
}

function reasonOf(said: string): string {
  const [, missing] = /Cannot find package '([^']{1,214})'/.exec(said) ?? [];
  if (missing)
    return `${missing} is not installed; npm ci brings it, unless development dependencies are left out`;
  return said.slice(0, 2000);
}
