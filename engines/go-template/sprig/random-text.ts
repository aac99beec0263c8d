import { contextFunction, goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import type { RandomBytes } from './options.ts';
import { randomBelow } from './random.ts';

const digits = '0123456789';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => 32 + at));

/** Texts that nobody can guess. */
export function randomTexts(random: RandomBytes): Record<string, TemplateFunction> {
  // What is less than nothing is nothing.
  const from = (characters: string) =>
    contextFunction(['int'], (context, count) => {
      context.reserve(count);
      context.spend(Math.max(count, 0));
      return Array.from(
        { length: Math.max(count, 0) },
        () => characters[randomBelow(random, characters.length)],
      ).join('');
    });
  return {
    randAlphaNum: from(letters + digits),
    randAlpha: from(letters),
    randNumeric: from(digits),
    randAscii: from(printable),
    randBytes: contextFunction(['int'], (context, count) => {
      if (count < 0) throw new Error('runtime error: makeslice: len out of range');
      context.reserve(Math.ceil(count / 3) * 4);
      return Buffer.from(random(count)).toString('base64');
    }),
    uuidv4: goFunction([], () => uuid(random(16))),
  };
}

/** RFC 9562, 5.4: 122 random bits between a version and a variant. */
function uuid(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
