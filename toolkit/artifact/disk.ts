import * as now from 'node:fs';
import * as later from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';

/** What artifacts are written by. */
export interface Disk {
  /** Another name of the same file. */
  link(file: string, path: string): Promise<void>;
  /** Of a link itself, not of where it points. */
  lstat(path: string): Promise<{ isDirectory(): boolean }>;
  mkdir(path: string, options: { recursive?: boolean; mode: number }): Promise<unknown>;
  open(path: string, flags: 'r' | 'wx', mode?: number): Promise<OpenFile>;
  realpath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { recursive?: boolean; force: boolean }): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

export interface OpenFile {
  /** All of it, after what was written before. */
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

const parking: Disk = {
  ...later,
  async open(path, flags, mode) {
    const file = await later.open(path, flags, mode);
    return { write: bytes => file.writeFile(bytes), sync: () => file.sync(), close: () => file.close() };
  },
};

const blocking: Disk = {
  link: async (file, path) => now.linkSync(file, path),
  lstat: async path => now.lstatSync(path),
  mkdir: async (path, options) => now.mkdirSync(path, options),
  async open(path, flags, mode) {
    const file = now.openSync(path, flags, mode);
    return {
      write: async bytes => now.writeFileSync(file, bytes),
      sync: async () => now.fsyncSync(file),
      close: async () => now.closeSync(file),
    };
  },
  realpath: async path => now.realpathSync.native(path),
  rename: async (from, to) => now.renameSync(from, to),
  rm: async (path, options) => now.rmSync(path, options),
  symlink: async (target, path) => now.symlinkSync(target, path),
  unlink: async path => now.unlinkSync(path),
};

/**
 * The main thread has others to serve while a disk takes its time. A thread that has nothing to do but to write waits for
 * it: handing each call to one more thread costs more than most calls take.
 */
export const disk = isMainThread ? parking : blocking;
