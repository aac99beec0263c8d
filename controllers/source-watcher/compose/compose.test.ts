import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readTar, writeTar } from '@millrace/tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import golden from '../golden/builds.json' with { type: 'json' };
import { type Composition, compose } from './compose.ts';
import { ComposeError } from './compose-error.ts';
import type { Copy } from './output.ts';

const signal = new AbortController().signal;

interface Build {
  name: string;
  copy: { from: string; to: string; strategy?: string; exclude?: string[] }[];
  error?: string;
  file?: string;
  digest?: string;
  files?: string[];
}

/** What Go's libraries say of YAML, archives and files. */
const inWordsOfOthers = /unmarshal|<scratch>|mkdirat/;

/** An archive of a source. */
function archiveOf(files: Record<string, string | Buffer>): Buffer {
  const entries = Object.entries(files).map(([name, content]) => ({
    name: name.replace(/!$/, ''),
    content: Buffer.from(content),
    mode: name.endsWith('!') ? 0o755 : 0o644,
  }));
  return gzipSync(writeTar(entries));
}

describe('artifacts', () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'millrace-compose-'));
    const binary = Object.entries(golden.binary).map(([name, text]) => [name, Buffer.from(text, 'base64')]);
    await writeFile(join(scratch, 'golden'), archiveOf({ ...golden.files, ...Object.fromEntries(binary) }));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  const of = async (composition: Partial<Composition>) => {
    const folder = await mkdtemp(join(scratch, 'made-'));
    return compose(
      { sources: {}, pathPattern: undefined, outputs: [], scratch: folder, ...composition },
      signal,
    );
  };

  test.each(golden.cases.map((one: Build) => [one.name, one] as const))(
    'are those that source-watcher makes: %s',
    async (name, build) => {
      const sources = { src: join(scratch, 'golden') };
      const made = of({ sources, outputs: [{ name, copy: build.copy as Copy[] }] });
      if (build.error !== undefined) {
        const error = await made.catch(thrown => thrown);
        expect(error).toBeInstanceOf(ComposeError);
        if (!inWordsOfOthers.test(build.error))
          expect(error.message).toBe(`${name} build failed: ${build.error}`);
        return;
      }
      const [artifact] = await made;
      const files = [...readTar(gunzipSync(await readFile(artifact!.file)))].map(entry => entry.name);
      expect(files.sort()).toEqual(build.files);
      expect([`${artifact!.hash}.tar.gz`, artifact!.digest]).toEqual([build.file, build.digest]);
    },
  );
});
