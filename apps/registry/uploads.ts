import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, finished } from './digest.ts';
import { privateFolder } from './disk.ts';
import { Problem } from './problem.ts';

/** A blob on its way, in one request or several. */
export interface Upload {
  readonly id: string;
  readonly repository: string;
  /** Bytes that have come. */
  readonly size: number;
  /** Take in what comes. What has come when it ends early stays. Throws Problem while another request does. */
  append(parts: AsyncIterable<Uint8Array>): Promise<void>;
  /** The file, closed and on the disk, if it holds what the digest says. Throws Problem. The upload is at its end. */
  finish(digest: Digest): Promise<string>;
  cancel(): Promise<void>;
}

export interface Uploads {
  /** Throws Problem when there are too many. */
  begin(repository: string): Promise<Upload>;
  /** Throws Problem for one that is not there, or is another repository's. */
  require(repository: string, id: string): Upload;
  stop(): Promise<void>;
}

const most = 256;

/** Nobody has sent anything for so long, in milliseconds: the upload is taken for given up. */
const usualPatience = 15 * 60_000;

export async function openUploads(folder: string, patience = usualPatience): Promise<Uploads> {
  // What stands there is of a process that has ended.
  await rm(folder, { recursive: true, force: true });
  await privateFolder(folder);
  const under = new Map<string, Session>();
  const collect = setInterval(() => {
    for (const upload of under.values()) if (upload.rests > patience) void upload.cancel();
  }, patience / 10).unref();
  return {
    async begin(repository) {
      if (under.size >= most)
        throw new Problem(429, 'TOOMANYREQUESTS', 'too many uploads are under way', { 'retry-after': '5' });
      const id = randomUUID();
      const upload = new Session(id, repository, join(folder, id), () => under.delete(id));
      under.set(id, upload);
      try {
        await upload.open();
      } catch (error) {
        under.delete(id);
        throw error;
      }
      return upload;
    },
    require(repository, id) {
      const found = under.get(id);
      if (found?.repository === repository) return found;
      throw new Problem(
        404,
        'BLOB_UPLOAD_UNKNOWN',
        'there is no such upload, or it was given up: begin anew',
      );
    },
    async stop() {
      clearInterval(collect);
      await Promise.all([...under.values()].map(upload => upload.cancel()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

class Session implements Upload {
  readonly id: string;
  readonly repository: string;
  readonly #path: string;
  readonly #ended: () => void;
  readonly #hash: Hash = createHash('sha256');
  #file: FileHandle | undefined;
  #size = 0;
  #busy = false;
  #movedAt = Date.now();

  constructor(id: string, repository: string, path: string, ended: () => void) {
    this.id = id;
    this.repository = repository;
    this.#path = path;
    this.#ended = ended;
  }

  async open(): Promise<void> {
    this.#file = await open(this.#path, 'wx', 0o600);
  }

  get size(): number {
    return this.#size;
  }

  /** Milliseconds since something has come. */
  get rests(): number {
    return Date.now() - this.#movedAt;
  }

  append(parts: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#alone(async file => {
      for await (const part of parts) {
        await file.appendFile(part);
        this.#hash.update(part);
        this.#size += part.length;
        this.#movedAt = Date.now();
      }
    });
  }

  finish(digest: Digest): Promise<string> {
    return this.#alone(async file => {
      this.#ended();
      await file.sync();
      await file.close();
      this.#file = undefined;
      const actual =
        digest.algorithm === 'sha256' ? finished(this.#hash, 'sha256') : await hashed(this.#path, digest);
      if (actual.text === digest.text) return this.#path;
      await rm(this.#path, { force: true });
      throw new Problem(400, 'DIGEST_INVALID', `what has come is ${actual.text}: begin anew`);
    });
  }

  async cancel(): Promise<void> {
    this.#ended();
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
    await rm(this.#path, { force: true });
  }

  async #alone<T>(act: (file: FileHandle) => Promise<T>): Promise<T> {
    if (this.#busy)
      throw new Problem(409, 'BLOB_UPLOAD_INVALID', 'another request is at work on this upload');
    if (!this.#file) throw new Problem(404, 'BLOB_UPLOAD_UNKNOWN', 'the upload has ended');
    this.#busy = true;
    try {
      return await act(this.#file);
    } finally {
      this.#busy = false;
    }
  }
}

/** What was hashed on its way was hashed by another algorithm. */
async function hashed(path: string, { algorithm }: Digest): Promise<Digest> {
  const hash = createHash(algorithm);
  for await (const part of createReadStream(path)) hash.update(part);
  return finished(hash, algorithm);
}
