import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isToken, requireSignature } from './signature.ts';
import { Refused } from './webhook.ts';

const key = Buffer.from('It is a secret');
const body = Buffer.from('{"zen":"Keep it logically awesome."}');
const hex = (algorithm: string, of: Buffer = body, by: Buffer = key) =>
  createHmac(algorithm, by).update(of).digest('hex');

describe('a signature', () => {
  test.each(['sha1', 'sha256', 'sha512'])('is the HMAC that its prefix names: %s', algorithm => {
    expect(() => requireSignature(`${algorithm}=${hex(algorithm)}`, body, key)).not.toThrow();
    expect(() => requireSignature(`${algorithm}=${hex(algorithm).toUpperCase()}`, body, key)).not.toThrow();
  });

  test.each([
    ['none', ''],
    ['no prefix', hex('sha256')],
    ['an unknown prefix', `md5=${hex('md5')}`],
    ['a prefix in another case', `SHA256=${hex('sha256')}`],
    ['the prefix of another algorithm', `sha1=${hex('sha256')}`],
    ['that of another body', `sha256=${hex('sha256', Buffer.from('{}'))}`],
    ['that of another key', `sha256=${hex('sha256', body, Buffer.from('x'))}`],
    ['that of an empty key', `sha256=${hex('sha256', body, Buffer.alloc(0))}`],
    ['a part of it', `sha256=${hex('sha256').slice(0, 62)}`],
    ['half a byte more', `sha256=${hex('sha256')}0`],
    ['nothing behind the prefix', 'sha256='],
    ['something that is no digit', `sha256=${hex('sha256').slice(0, 63)}g`],
    ['blanks', `sha256= ${hex('sha256')}`],
    ['one behind the other', `sha256=${hex('sha256')},sha1=${hex('sha1')}`],
  ])('is refused: %s', (_, signature) => {
    expect(() => requireSignature(signature, body, key)).toThrow(Refused);
  });

  test('is never quoted', () => {
    const wrong = `sha256=${hex('sha256', Buffer.from('other'))}`;
    expect(() => requireSignature(wrong, body, key)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(wrong.slice(7, 20)) }),
    );
  });
});

test('a token is equal to the bytes of a header, and to nothing else', () => {
  const token = Buffer.from('schlüssel');
  expect(isToken(token.toString('latin1'), token)).toBe(true);
  for (const other of ['', 'schlüssel', 'schl', `${token.toString('latin1')} `])
    expect(isToken(other, token)).toBe(false);
});
