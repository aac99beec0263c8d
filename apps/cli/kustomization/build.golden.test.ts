import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from '../program.ts';

const folder = new URL('./golden/', import.meta.url);
const lines = readFileSync(new URL('lines.txt', folder), 'utf8').trimEnd().split('\n');
const golden = new URL('flux-2.9.4.json', folder);

/** MILLRACE_RECORD_FLUX names the flux program that makes the golden file. */
const recorder = process.env.MILLRACE_RECORD_FLUX;

interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** What is printed without a cluster, and what is said of a line that is wrong: as flux 2.9.4. */
describe('millrace', () => {
  const before = process.cwd();
  const recorded = record();
  beforeAll(() => process.chdir(folder.pathname));
  afterAll(() => process.chdir(before));

  test.each(lines)('%s', async line => {
    expect(await typed(line.split(' '))).toEqual(recorded[line]);
  });

  test('leaves the folder as it is', async () => {
    const files = () => readdirSync(new URL('fleet', folder), { recursive: true }).toSorted();
    const [line] = lines.filter(one => one.startsWith('build kustomization plain'));
    const former = files();
    await typed(line!.split(' '));
    expect(files()).toEqual(former);
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
    const { status, stdout, stderr } = spawnSync(recorder, line.split(' '), {
      cwd: folder,
      encoding: 'utf8',
    });
    return [line, { code: status ?? 0, stdout, stderr }];
  });
  const found = Object.fromEntries(all) as Record<string, Printed>;
  writeFileSync(golden, `${JSON.stringify(found, null, 1)}\n`);
  return found;
}
