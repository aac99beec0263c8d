import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { helmRepositoryClient } from '@millrace/helm-repository';
import type { HelmOptions } from '../options.ts';
import type { Downloader, FoundChart, IndexArtifact, Reach } from './downloader.ts';

/** @param group whose turn the reading of indexes is; `timeout` in milliseconds */
export function httpDownloader(
  reach: Reach & { kind: 'http' },
  on: HelmOptions,
  group: string,
  timeout: number,
): Downloader {
  const client = helmRepositoryClient(reach.url, reach.access);
  const files: string[] = [];
  let index = reach.index;

  /** The index of a repository that nobody has on offer. */
  const fetchIndex = async (signal: AbortSignal): Promise<IndexArtifact> => {
    const from = join(on.scratch, `${randomUUID()}.index`);
    const to = `${from}.json`;
    files.push(from, to);
    const fetched = await client.index({}, on.limits.index, signal);
    if (!fetched.isModified) throw new Error(`${reach.url} sends no index`);
    await pipeline(fetched.parts, createWriteStream(from, { mode: 0o600 }), { signal });
    const task = { kind: 'index' as const, from, to, limits: on.limits };
    const { digest } = await on.works.do(task, { group, timeout, signal });
    return { file: to, digest };
  };

  return {
    async find(name, wanted, signal): Promise<FoundChart> {
      index ??= await fetchIndex(signal);
      const task = { kind: 'find' as const, index, chart: name, version: wanted };
      const found = await on.works.do(task, { group, timeout, signal });
      const { version, name: called, url, digest, wasRead } = found;
      return {
        name: called,
        version,
        wasRead,
        async fetch(during) {
          if (url === undefined) throw new Error(`chart '${called}' has no downloadable URLs`);
          return client.chart(url, digest, on.limits.chart, during);
        },
      };
    },
    async close() {
      await Promise.all([client.close(), ...files.map(file => rm(file, { force: true }))]);
    },
  };
}
