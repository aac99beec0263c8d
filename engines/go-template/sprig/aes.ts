import { createCipheriv, createDecipheriv } from 'node:crypto';
import { fromBytes, toBytes } from '../byte-string.ts';
import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { decodeBase64 } from './base64.ts';
import type { RandomBytes } from './options.ts';

const blockSize = 16;

/** AES-256 in CBC mode, the vector before the text, all in base64. Nothing is encrypted as nothing. */
export function aes(random: RandomBytes): Record<string, TemplateFunction> {
  return {
    encryptAES: goFunction(['string', 'string'], (password, text) => {
      if (text === '') return '';
      const vector = random(blockSize);
      const cipher = createCipheriv('aes-256-cbc', keyOf(password), vector);
      return Buffer.concat([vector, cipher.update(toBytes(text)), cipher.final()]).toString('base64');
    }),
    decryptAES: goFunction(['string', 'string'], (password, text) =>
      text === '' ? '' : decrypted(password, text),
    ),
  };
}

/** The first 32 bytes of the password; what is missing is zero. */
function keyOf(password: string): Buffer {
  const key = Buffer.alloc(32);
  key.set(toBytes(password).subarray(0, key.length));
  return key;
}

function decrypted(password: string, text: string): string {
  const bytes = decodeBase64(text);
  if (typeof bytes === 'string') throw new Error(bytes);
  if (bytes.length < blockSize) {
    const capacity = Math.floor(text.length / 4) * 3;
    throw new Error(`runtime error: slice bounds out of range [:${blockSize}] with capacity ${capacity}`);
  }
  if (bytes.length % blockSize !== 0) throw new Error('crypto/cipher: input not full blocks');
  if (bytes.length === blockSize) throw new Error('runtime error: index out of range [-1]');
  const decipher = createDecipheriv('aes-256-cbc', keyOf(password), bytes.subarray(0, blockSize));
  decipher.setAutoPadding(false);
  return unpadded(Buffer.concat([decipher.update(bytes.subarray(blockSize)), decipher.final()]));
}

/** Sprig believes the last byte, which a wrong password makes anything. */
function unpadded(bytes: Buffer): string {
  const end = bytes.length - bytes.at(-1)!;
  if (end < 0) throw new Error(`runtime error: slice bounds out of range [:${end}]`);
  return fromBytes(bytes.subarray(0, end));
}
