import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, localRepository } from './index.ts';

const signal = AbortSignal.timeout(30_000);

describe('a commit', () => {
  let folder: string;
  const run = async (input: string | Buffer, ...args: string[]) =>
    (await git({ args: ['-C', folder, ...args], what: args[0]!, input, signal })).toString('utf8').trim();
  const hash = (type: string, content: string | Buffer) =>
    run(content, 'hash-object', '-t', type, '-w', '--literally', '--stdin');
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-repository-'));
    await run('', 'init', '--quiet', '--bare', '.');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Of one file of this name, which need be none that a checkout could hold. */
  const commitOf = async (name: string, content: string) => {
    const blob = await hash('blob', content);
    const entry = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
    const tree = await hash('tree', entry);
    return hash('commit', `tree ${tree}\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nx\n`);
  };

  test.each(['.git', '.GIT', '..', '.'])('that holds a file of the name %s is refused', async name => {
    const commit = await commitOf(name, 'x');
    await expect(Array.fromAsync(localRepository(folder).entries(commit, signal))).rejects.toThrow(
      'a file of the impossible name',
    );
  });

  test('holds files of Git LFS as what Git has of them', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n';
    const commit = await commitOf('large.bin', pointer);
    const repository = localRepository(folder);
    const entries = await Array.fromAsync(repository.entries(commit, signal));
    for await (const { chunks } of repository.read(entries, signal))
      expect(Buffer.concat(await Array.fromAsync(chunks)).toString()).toBe(pointer);
  });

  test('is given as git keeps it, and a tag that points at it too', async () => {
    const commit = await commitOf('a', 'a');
    const repository = localRepository(folder);
    expect((await repository.commit(commit, signal)).toString()).toMatch(/^tree [0-9a-f]{40}\nauthor a/);
    expect(await repository.tag(signal)).toBeUndefined();
    const text = `object ${commit}\ntype commit\ntag v1\ntagger a <a@b> 1 +0000\n\nx\n`;
    const tag = await hash('tag', text);
    await run('', 'update-ref', 'refs/millrace/fetched', tag);
    expect(await repository.tag(signal)).toEqual({ id: tag, content: Buffer.from(text) });
  });
});
