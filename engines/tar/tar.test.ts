import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTar, TarError, writeTar } from './index.ts';

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
