import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Artifact, formatDuration } from '@millrace/api';
import { ArtifactUnavailable, downloadArtifact, type Reach } from '@millrace/artifact';
import { timeoutSignal } from '@millrace/controller';
import type { CustomResourceFile, Metadata, Values } from '@millrace/helm';
import {
  type LookedUp,
  type Lookups,
  type ReleaseChart,
  ReleaseError,
  type Rendered,
  type RenderRequest,
} from '@millrace/releases';
import { TaskFailed, threads } from '@millrace/threads';
import type { PostRender } from './post-render.ts';

/** What a thread is asked of a chart. */
export interface ChartTask {
  /** Where its archive lies. */
  archive: string;
  /** In place of the one in its Chart.yaml. */
  version?: string | undefined;
  ask:
    | { kind: 'metadata' }
    | { kind: 'crds'; values: Values }
    | {
        kind: 'render';
        request: Omit<RenderRequest, 'lookups'> & { lookups: [string, Answer][] };
        postRender: PostRender;
      };
}

type Answer = Lookups extends ReadonlyMap<string, infer A> ? A : never;

export type ChartPart =
  | { kind: 'metadata'; metadata: Metadata }
  | { kind: 'crds'; files: CustomResourceFile[] }
  | { kind: 'rendered'; rendered: Rendered; wanted: LookedUp[] }
  | { kind: 'failed'; message: string; wanted: LookedUp[] };

/** The charts that sources offer, each downloaded once, and rendered in threads. */
export interface Charts {
  /** Throws ArtifactError, ReleaseError for what is no chart, and the reason of the signal. */
  open(artifact: Artifact, group: string, signal: AbortSignal, reach?: Reach): Promise<OpenChart>;
  stop(): Promise<void>;
}

export interface OpenChart {
  metadata: Metadata;
  /** The chart for a release. @param version in place of its own */
  release(options: { version?: string; postRender: PostRender; signal: AbortSignal }): ReleaseChart;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './chart-worker.ts' : './chart-worker.js',
  import.meta.url,
);

/** MiB that rendering may take. */
const memory = 1024;

/** One processor is left for the event loop. */
const size = Math.max(1, Math.min(availableParallelism() - 1, 4));

/** Milliseconds that a render may take. */
const patience = 120_000;

const defaultFetchTimeout = 30_000;

/** Archives that are kept on disk. */
const mostArchives = 200;

/**
 * @param folder where archives are kept; what is in it is thrown away
 * @param fetchTimeout milliseconds in which an archive has to be here (--http-timeout)
 */
export function openCharts(folder: string, fetchTimeout = defaultFetchTimeout): Charts {
  const pool = threads<ChartTask, ChartPart>({ file: workerFile, size, memory });
  const archives = new Map<string, Promise<string>>();
  const metadata = new Map<string, Promise<Metadata>>();
  const stopped = new AbortController();
  const ready = rm(folder, { recursive: true, force: true }).then(() =>
    mkdir(folder, { recursive: true, mode: 0o700 }),
  );

  const run = async (task: ChartTask, group: string, signal: AbortSignal): Promise<ChartPart> => {
    const [part] = await pool.run(task, { group, timeout: patience, signal }).catch(error => {
      if (error instanceof TaskFailed) throw new ReleaseError(error.message, { cause: error });
      throw error;
    });
    if (!part) throw new Error('the thread gave no answer');
    return part;
  };

  const keep = async (artifact: Artifact, signal: AbortSignal, reach?: Reach): Promise<string> => {
    await ready;
    const path = join(folder, `${artifact.digest.replace(':', '-')}.tgz`);
    const bytes = await downloadWithin(fetchTimeout, artifact, signal, reach);
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, path);
    return path;
  };

  /** Who needs one that went downloads it again. */
  const forget = async () => {
    for (const digest of archives.keys()) {
      if (archives.size <= mostArchives) return;
      const path = await archives.get(digest)?.catch(() => undefined);
      archives.delete(digest);
      metadata.delete(digest);
      if (path) await rm(path, { force: true });
    }
  };

  /** What one asks for is everybody's: who gives up leaves it to the others. */
  const once = <V>(map: Map<string, Promise<V>>, key: string, make: () => Promise<V>): Promise<V> => {
    const found = map.get(key) ?? make();
    map.delete(key);
    map.set(key, found);
    found.catch(() => map.get(key) === found && map.delete(key));
    return found;
  };

  return {
    async open(artifact, group, signal, reach) {
      const archive = await unlessAborted(
        once(archives, artifact.digest, () => keep(artifact, stopped.signal, reach)),
        signal,
      );
      const reading = once(metadata, artifact.digest, async () => {
        const part = await run({ archive, ask: { kind: 'metadata' } }, group, stopped.signal);
        if (part.kind === 'metadata') return part.metadata;
        throw new ReleaseError(part.kind === 'failed' ? part.message : 'the thread gave another answer');
      });
      const known = await unlessAborted(reading, signal);
      void forget();
      return {
        metadata: known,
        release: ({ version, postRender, signal }) =>
          releaseChart({ archive, version }, known, postRender, task => run(task, group, signal)),
      };
    },
    async stop() {
      stopped.abort(new DOMException('the controller is stopping', 'AbortError'));
      await pool.stop();
      await ready.catch(() => {});
      for (const name of await readdir(folder).catch(() => [] as string[]))
        await rm(join(folder, name), { force: true });
    },
  };
}

/** What is too slow may be had later. */
async function downloadWithin(
  timeout: number,
  artifact: Artifact,
  signal: AbortSignal,
  reach: Reach | undefined,
): Promise<Uint8Array> {
  const late = timeoutSignal(timeout);
  try {
    return await downloadArtifact(artifact, AbortSignal.any([signal, late]), reach && { reach });
  } catch (cause) {
    signal.throwIfAborted();
    if (!late.aborted) throw cause;
    const { revision, url } = artifact;
    throw new ArtifactUnavailable(
      `the artifact ${revision} has not come from ${url} within ${formatDuration(timeout)}`,
      { cause },
    );
  }
}

/** The same, but for who gives up before. */
async function unlessAborted<V>(work: Promise<V>, signal: AbortSignal): Promise<V> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function releaseChart(
  chart: Pick<ChartTask, 'archive' | 'version'>,
  metadata: Metadata,
  postRender: PostRender,
  run: (task: ChartTask) => Promise<ChartPart>,
): ReleaseChart {
  return {
    metadata: { ...metadata, ...(chart.version ? { version: chart.version } : {}) },
    async crds(values) {
      const part = await run({ ...chart, ask: { kind: 'crds', values } });
      if (part.kind === 'crds') return part.files;
      throw new ReleaseError(part.kind === 'failed' ? part.message : 'the thread gave another answer');
    },
    async render({ lookups, ...request }) {
      const part = await run({
        ...chart,
        ask: { kind: 'render', request: { ...request, lookups: [...lookups] }, postRender },
      });
      if (part.kind === 'rendered') return { wanted: part.wanted, result: { rendered: part.rendered } };
      if (part.kind === 'failed')
        return { wanted: part.wanted, result: { problem: new ReleaseError(part.message) } };
      throw new Error('the thread gave another answer');
    },
  };
}
