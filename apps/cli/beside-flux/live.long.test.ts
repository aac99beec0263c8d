import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneOf } from '../../../e2e/fleet.ts';
import { millrace, type Running } from '../../../e2e/process.ts';
import { type Printed, typed, typedInto } from '../testing/flux-lines.ts';

/*
 * Lines that something has to happen for, typed in their order while controllers run: what flux 2.9.4 said of them
 * beside `millrace up` (MILLRACE_RECORD_FLUX names the flux that says it anew), but for commits and times.
 */
const folder = new URL('./live/', import.meta.url);
const lines = readFileSync(new URL('lines.txt', folder), 'utf8').trimEnd().split('\n');
const golden = new URL('flux-2.9.4.json', folder);
const recorder = process.env.MILLRACE_RECORD_FLUX;

const before = { folder: process.cwd(), kubeconfig: process.env.KUBECONFIG };
let place: string;
let up: Running;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'live-'));
  up = millrace(['up', '--data-dir', join(place, 'data')]);
  const [, url] = await up.saw(/the fleet: (\S+)/);
  await up.saw(/Ctrl-C ends it/);
  process.env.KUBECONFIG = join(place, 'data', 'cluster', 'kubeconfig');
  mkdirSync(join(place, 'typed'));
  process.chdir(join(place, 'typed'));
  const clone = await cloneOf(url!);
  const { cp } = await import('node:fs/promises');
  await cp(clone.path, join(place, 'typed', 'fleet'), { recursive: true });
  if (!recorder) return;
  const here = pathToFileURL(`${process.cwd()}/`);
  const all = lines.map(line => [line, plain(typedInto(recorder, line, here))]);
  writeFileSync(golden, `${JSON.stringify(Object.fromEntries(all), null, 1)}\n`);
}, 300_000);

afterAll(async () => {
  process.chdir(before.folder);
  process.env.KUBECONFIG = before.kubeconfig;
  await up?.stop();
  rmSync(place, { recursive: true, force: true });
});

test.each(lines)('%s', async line => {
  const recorded = JSON.parse(readFileSync(golden, 'utf8')) as Record<string, Printed>;
  expect(plain(await typed(line))).toEqual(recorded[line]);
});

/** Without what is another at each run. */
function plain({ code, stdout, stderr }: Printed): Printed {
  const anyRun = (text: string) =>
    text
      .replace(/sha1:[0-9a-f]+/g, 'sha1:COMMIT')
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)/g, 'TIME')
      .replace(/:\d{5}\//g, ':PORT/')
      .replace(/Kubernetes \S+/, 'Kubernetes');
  return { code, stdout: anyRun(stdout), stderr: anyRun(stderr) };
}
