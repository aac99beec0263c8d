import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTar, TarError, tarEnd, tarFolder, tarHeader, writeTar } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('tar', () => {
  const name = fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9_-][a-zA-Z0-9._/-]{0,150}$/).filter(text => !text.endsWith('/')),
    fc.stringMatching(/^[a-zäöü€😀]{1,80}$/u),
    fc.stringMatching(/^[a-z]{90,120}\/[a-z]{90,120}$/),
  );
  const entry = fc.record({
    name,
    content: fc.uint8Array({ maxLength: 1500 }),
    mode: fc.constantFrom(0o644, 0o755),
    mtime: fc.integer({ min: 0, max: 2 ** 32 }),
  });

  test('what is written is read', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), entries => {
        const read = [...readTar(writeTar(entries))];
        expect(
          read.map(({ name, content, mode, mtime }) => ({ name, content: [...content], mode, mtime })),
        ).toEqual(entries.map(one => ({ ...one, content: [...one.content] })));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['a b/ü', '43238154feabffc7', '53a1fee0dccb0eb8'],
    ['ü/x', 'a296eef684ca4e05', 'f7a0913cf997d546'],
    ['ü', '7de0d265e0a1c305', '911e017cefb46ce5'],
    ['ä/ö', 'e0cfb44d04ab0f36', '1a8b27efc19e3958'],
    ['ä/ö/ü', '908017f93cedd618', 'a096a99c344d4855'],
    ['a/ü/b', 'e7a6fb17959c742c', 'b46d92d1c4d0c259'],
    [`${'a'.repeat(99)}/b${'c'.repeat(160)}`, '936fb164b97ec06c', 'c241b170d2817795'],
    [`${'a'.repeat(98)}/ü/b${'c'.repeat(160)}`, '44558af122807962', '959bc5cdde200ab7'],
    [`${'a'.repeat(97)}/ü/é/b${'c'.repeat(160)}`, '06125aa3bffb5497', '145d03407416ebc8'],
    [`${'ab/'.repeat(40)}ü`, '718d88679558b30b', '6aee2dd0aa59f08f'],
    [`${'é/'.repeat(120)}x`, 'dd2ba94a980a5089', '56e4840eec2c17c4'],
  ])('%s is written as by archive/tar of Go 1.26.8, as a file and as a folder', (name, file, folder) => {
    const digestOf = (parts: Uint8Array[]) => {
      const hash = createHash('sha256');
      for (const part of [...parts, ...tarEnd()]) hash.update(part);
      return hash.digest('hex').slice(0, 16);
    };
    expect(digestOf(tarHeader({ name, mode: 0o600, size: 0 }))).toBe(file);
    expect(digestOf(tarFolder(name, 0o750))).toBe(folder);
  });

  test('an archive that is cut or changed gives its entries or a TarError', () => {
    const whole = writeTar([
      { name: 'a', content: bytes('hello') },
      { name: `${'b'.repeat(120)}/${'ü'.repeat(40)}`, content: new Uint8Array(700) },
    ]);
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.nat(whole.length - 1),
        fc.integer({ min: 0, max: 255 }),
        (end, at, byte) => {
          const broken = whole.slice(0, end);
          if (at < broken.length) broken[at] = byte;
          try {
            for (const { content } of readTar(broken)) expect(content.length).toBeLessThanOrEqual(end);
          } catch (error) {
            expect(error).toBeInstanceOf(TarError);
          }
        },
      ),
    );
  });

  test('an archive that ends inside a file says so', () => {
    const whole = writeTar([{ name: 'a', content: new Uint8Array(2000) }]);
    expect(() => [...readTar(whole.subarray(0, 1000))]).toThrow('unexpected EOF');
    expect(() => [...readTar(whole.subarray(0, 100))]).toThrow('unexpected EOF');
    expect(() => [...readTar(bytes('x'.repeat(512)))]).toThrow('invalid tar header');
  });
});
