import { TaskFailed, threads } from '@millrace/threads';
import { type ArtifactRef, downloadArtifact } from './download.ts';
import { ArtifactError, defaultLimits, type Limits } from './limits.ts';
import type { SharedTree } from './tree.ts';
import type { UnpackPart, UnpackTask } from './unpack-worker.ts';

/** The artifacts of sources, each fetched, verified and unpacked once for everybody in the process. */
export interface Artifacts {
  /**
   * The files, in memory that threads share: `artifactTree` reads them. Throws ArtifactError when they are not to be
   * had, or are no archive, or the reason of the signal.
   */
  open(ref: ArtifactRef, signal: AbortSignal): Promise<SharedTree>;
  /** One is about to be asked for. */
  warm(): void;
  stop(): Promise<void>;
}

export interface ArtifactsOptions {
  limits?: Limits;
  /** Bytes of unpacked archives that are kept; the one that was asked for last is kept whatever it takes. */
  memory?: number;
}

/** Milliseconds for a download, and for unpacking. */
const patience = 5 * 60_000;
const unpackPatience = 60_000;

/** Downloads at once: their bytes are in memory. */
const mostDownloads = 8;

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './unpack-worker.ts' : './unpack-worker.js',
  import.meta.url,
);

export function openArtifacts(options: ArtifactsOptions = {}): Artifacts {
  return new SharedArtifacts(options);
}

/** An archive on its way, or here. */
interface Opening {
  tree: Promise<SharedTree>;
  /** Who waits for it: when nobody does any more, it is given up. */
  waiting: number;
  stop: AbortController;
  bytes?: number;
}

class SharedArtifacts implements Artifacts {
  readonly #limits: Limits;
  readonly #memory: number;
  /** By digest, the one that was asked for last at the end. */
  readonly #opened = new Map<string, Opening>();
  readonly #pool = threads<UnpackTask, UnpackPart>({ file: workerFile, size: 1, memory: 512 });
  readonly #waiting: (() => void)[] = [];
  #downloads = 0;

  constructor(options: ArtifactsOptions) {
    this.#limits = options.limits ?? defaultLimits;
    this.#memory = options.memory ?? 256 * 2 ** 20;
  }

  async open(ref: ArtifactRef, signal: AbortSignal): Promise<SharedTree> {
    signal.throwIfAborted();
    const opening = this.#opened.get(ref.digest) ?? this.#start(ref);
    this.#opened.delete(ref.digest);
    this.#opened.set(ref.digest, opening);
    opening.waiting++;
    try {
      return await unlessAborted(opening.tree, signal);
    } finally {
      opening.waiting--;
      if (opening.waiting === 0 && opening.bytes === undefined) this.#drop(ref.digest, opening);
    }
  }

  warm(): void {
    this.#pool.warm();
  }

  async stop(): Promise<void> {
    for (const [digest, opening] of this.#opened) this.#drop(digest, opening);
    await this.#pool.stop();
  }

  #start(ref: ArtifactRef): Opening {
    const stop = new AbortController();
    const opening: Opening = { tree: this.#load(ref, stop.signal), waiting: 0, stop };
    opening.tree.then(
      ({ archive, index }) => {
        opening.bytes = archive.byteLength + index.byteLength;
        this.#forget();
      },
      () => this.#drop(ref.digest, opening),
    );
    return opening;
  }

  #drop(digest: string, opening: Opening): void {
    opening.stop.abort(new DOMException('nobody waits for it', 'AbortError'));
    if (this.#opened.get(digest) === opening) this.#opened.delete(digest);
  }

  /** The oldest go until the rest fits. */
  #forget(): void {
    let left = [...this.#opened.values()].reduce((sum, { bytes = 0 }) => sum + bytes, 0);
    for (const [digest, { bytes }] of this.#opened) {
      if (left <= this.#memory || this.#opened.size === 1) return;
      if (bytes === undefined) continue;
      left -= bytes;
      this.#opened.delete(digest);
    }
  }

  async #load(ref: ArtifactRef, signal: AbortSignal): Promise<SharedTree> {
    const bytes = await this.#download(ref, signal);
    const compressed = new SharedArrayBuffer(bytes.byteLength);
    new Uint8Array(compressed).set(bytes);
    const task = { compressed, limits: this.#limits };
    const run = { group: new URL(ref.url).host, timeout: unpackPatience, signal };
    const [part] = await this.#pool.run(task, run).catch(error => {
      if (!(error instanceof TaskFailed)) throw error;
      throw new ArtifactError(`the artifact ${ref.revision} cannot be unpacked: ${error.message}`, {
        cause: error,
      });
    });
    if (part?.kind !== 'tree') throw new ArtifactError(part?.message ?? 'the thread gave no answer');
    return part.tree;
  }

  async #download(ref: ArtifactRef, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#downloads >= mostDownloads)
      await unlessAborted(new Promise<void>(resolve => this.#waiting.push(resolve)), signal);
    this.#downloads++;
    try {
      return await downloadArtifact(ref, AbortSignal.any([signal, AbortSignal.timeout(patience)]), {
        limits: this.#limits,
      });
    } finally {
      this.#downloads--;
      this.#waiting.shift()?.();
    }
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
