import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from '../program.ts';

const here = (path: string) => new URL(path, import.meta.url);
const lines = readFileSync(here('./golden/lines.txt'), 'utf8').trimEnd().split('\n');
const golden = here('./golden/flux-2.9.4.json');

/** MILLRACE_RECORD_FLUX names the flux program that makes the golden file. */
const recorder = process.env.MILLRACE_RECORD_FLUX;

interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** What `create ... --export` prints, and what is said of a line that is wrong: as flux 2.9.4. */
describe('millrace', () => {
  const before = process.cwd();
  const recorded = record();
  beforeAll(() => process.chdir(here('./golden/files').pathname));
  afterAll(() => process.chdir(before));

  test.each(lines)('%s', async line => {
    expect(await typed(words(line))).toEqual(recorded[line]);
  });
});

async function typed(args: string[]): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map(stream =>
    vi.spyOn(process[stream], 'write').mockImplementation(text => {
      printed[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await run(args), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

function record(): Record<string, Printed> {
  if (!recorder) return JSON.parse(readFileSync(golden, 'utf8')) as Record<string, Printed>;
  const all = lines.map(line => {
    const { status, stdout, stderr } = spawnSync(recorder, words(line), {
      cwd: here('./golden/files'),
      encoding: 'utf8',
    });
    return [line, { code: status ?? 0, stdout, stderr }];
  });
  const found = Object.fromEntries(all) as Record<string, Printed>;
  writeFileSync(golden, `${JSON.stringify(found, null, 1)}\n`);
  return found;
}

/** As a shell divides a line: single quotes hold words together. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}
