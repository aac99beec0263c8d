import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { linkOfSubmodule } from './parts.ts';

test.each([
  ['other', '.git/modules/other', '../.git/modules/other'],
  ['deep/other', '.git/modules/the name', '../../.git/modules/the name'],
  ['deep/other/in', '.git/modules/a/modules/b', '../../../.git/modules/a/modules/b'],
])('the .git of the submodule at %s leads to %s, as in a checkout of Flux', async (at, gitFolder, target) => {
  const [file, ...more] = await Array.fromAsync(
    linkOfSubmodule({ kind: 'commit', at, gitFolder, repository: '', commit: '' }),
  );
  expect(more).toEqual([]);
  const content = `gitdir: ${target}\n`;
  expect(file).toMatchObject({ path: `${at}/.git`, kind: 'file', size: content.length });
  const [read] = await Array.fromAsync(file!.source.read([file!.entry], AbortSignal.timeout(1000)));
  expect(await text(Readable.from(read!.chunks))).toBe(content);
});
