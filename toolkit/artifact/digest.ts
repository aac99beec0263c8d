import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { blake3 } from '@noble/hashes/blake3.js';

/** What a digest may be made with. */
export const algorithms = ['sha256', 'sha384', 'sha512', 'blake3'] as const;
export type Algorithm = (typeof algorithms)[number];

export const isAlgorithm = (name: string): name is Algorithm => algorithms.some(one => one === name);

/** By what a digest was made, or undefined for what is none. */
export function algorithmOf(digest: string): Algorithm | undefined {
  return algorithms.find(name => digest.startsWith(`${name}:`));
}

/** `sha256:…` of the bytes: how artifacts say what they are. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What takes bytes, and tells at the end what they were, in hexadecimal digits. */
export function hashBy(algorithm: Algorithm): { update(bytes: Uint8Array): void; digest(): string } {
  if (algorithm !== 'blake3') {
    const hash = createHash(algorithm);
    return { update: bytes => void hash.update(bytes), digest: () => hash.digest('hex') };
  }
  const hash = blake3.create();
  return {
    update: bytes => void hash.update(bytes),
    digest: () => Buffer.from(hash.digest()).toString('hex'),
  };
}

/** A stream that bytes pass through, and what they were. */
export function digesting(algorithm: Algorithm = 'sha256') {
  const hash = hashBy(algorithm);
  let size = 0;
  const through = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.byteLength;
      done(null, chunk);
    },
  });
  return { through, size: () => size, value: () => `${algorithm}:${hash.digest()}` };
}

/** Of what a file holds; undefined where it cannot be read. */
export async function digestOfFile(file: string, algorithm: Algorithm): Promise<string | undefined> {
  const digest = digesting(algorithm);
  const nowhere = new Writable({ write: (_, __, done) => done() });
  try {
    await pipeline(createReadStream(file), digest.through, nowhere);
    return digest.value();
  } catch {
    return undefined;
  }
}
