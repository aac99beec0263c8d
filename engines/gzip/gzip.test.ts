import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import golden from './golden/go-1.26.8.json' with { type: 'json' };
import { GzipWriter, gzip } from './index.ts';
import { samples } from './samples.ts';

const compress = (writes: Uint8Array[]) => {
  const writer = new GzipWriter();
  return Buffer.concat([...writes.map(bytes => writer.write(bytes)), writer.end()]);
};

const cut = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

describe('gzip', () => {
  test.each(Object.entries(samples))('%s: the bytes are those of Go', (name, sample) => {
    const { bytes, write } = sample();
    const digest = createHash('sha256')
      .update(compress(cut(bytes, write)))
      .digest('hex');
    expect({ [name]: digest }).toEqual({ [name]: new Map(Object.entries(golden)).get(name) });
  });

  test('what is compressed comes back, however it was cut', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3000 }))
        .map(([bytes, times]) => new Uint8Array(Buffer.alloc(bytes.length * times, bytes))),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.integer({ min: 1, max: 40_000 }), (parts, size) => {
        const whole = Buffer.concat(parts);
        expect(gunzipSync(compress(cut(whole, size))).equals(whole)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('nothing is a header, an empty block and a trailer', () => {
    expect(Buffer.from(gzip(new Uint8Array())).toString('hex')).toBe(
      '1f8b08000000000000ff010000ffff0000000000000000',
    );
  });
});
