import { expect, test } from 'vitest';
import { basicOf } from './client-secret.ts';

const decoded = (header: string) => Buffer.from(header.replace('Basic ', ''), 'base64').toString();

test('an identifier and a secret stand in the header as they are', () => {
  const id = '41652557-af2c-4354-b63f-7371ecdc3518';
  expect(decoded(basicOf(id, 'gto_a.b-c*d'))).toBe(`${id}:gto_a.b-c*d`);
});

test('what would divide them, or be taken for something encoded, is encoded', () => {
  expect(decoded(basicOf('a:b', 'c%2D d+é'))).toBe('a%3Ab:c%252D+d%2B%C3%A9');
});
