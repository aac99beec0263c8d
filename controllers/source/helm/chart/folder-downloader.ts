import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HelmOptions } from '../options.ts';
import type { Downloader, FoundChart, Reach } from './downloader.ts';

/** A folder of this machine in place of a repository. */
export function folderDownloader(
  { folder, index }: Reach & { kind: 'folder' },
  on: HelmOptions,
  group: string,
  timeout: number,
): Downloader {
  const files: string[] = [];
  const { works, limits } = on;
  const list = async (signal: AbortSignal) => {
    const file = join(on.scratch, `${randomUUID()}.index`);
    files.push(file);
    const task = { kind: 'list-folder' as const, folder, to: file, limits };
    return { file, digest: (await works.do(task, { group, timeout, signal })).digest };
  };
  return {
    async find(name, wanted, signal): Promise<FoundChart> {
      const task = {
        kind: 'find' as const,
        index: index ?? (await list(signal)),
        chart: name,
        version: wanted,
      };
      const found = await works.do(task, { group, timeout, signal });
      return {
        name: found.name,
        version: found.version,
        wasRead: found.wasRead,
        async fetch(during) {
          const place = decodeURIComponent(found.url ?? '');
          const from = { kind: 'from-folder' as const, folder, name: place, limits };
          return Buffer.from(await works.do(from, { group, timeout, signal: during }));
        },
      };
    },
    async close() {
      await Promise.all(files.map(file => rm(file, { force: true })));
    },
  };
}
