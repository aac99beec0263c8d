import type { Library } from '../check/environment.ts';
import { celFunction, global } from '../check/function.ts';
import { bytes, string } from '../check/type.ts';
import { EvaluationError } from '../error.ts';

const alphabet = /^[A-Za-z0-9+/]*={0,2}$/;

/** With or without padding. */
function decode(text: string): Uint8Array {
  const plain = text.replace(/[\r\n]/g, '');
  const digits = plain.replace(/(?<!=)=+$/, '');
  if (!alphabet.test(plain) || digits.length % 4 === 1) {
    const odd = Math.max(0, plain.search(/[^A-Za-z0-9+/]/));
    throw new EvaluationError(`illegal base64 data at input byte ${odd}`);
  }
  return Buffer.from(digits, 'base64');
}

/** https://pkg.go.dev/github.com/google/cel-go/ext#Encoders */
export const encodersLibrary: Library = {
  functions: [
    celFunction('base64.decode', [global([string], bytes, decode)]),
    celFunction('base64.encode', [
      global([bytes], string, (value: Uint8Array) => Buffer.from(value).toString('base64')),
    ]),
  ],
};
