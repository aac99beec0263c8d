import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** What a digest may be made with. */
export const algorithms = ['sha256', 'sha384', 'sha512'];

/** `sha256:…` of the bytes: how artifacts say what they are. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A stream that bytes pass through, and what they were. */
export function digesting(algorithm = 'sha256') {
  const hash = createHash(algorithm);
  let size = 0;
  const through = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.byteLength;
      done(null, chunk);
    },
  });
  return { through, size: () => size, value: () => `${algorithm}:${hash.digest('hex')}` };
}
