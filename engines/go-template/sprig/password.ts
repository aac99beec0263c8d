import { createHmac, scryptSync } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { toBytes } from '../byte-string.ts';
import { contextFunction } from '../function.ts';
import type { CallContext, TemplateFunction } from '../value.ts';
import type { RandomBytes } from './options.ts';

/** What a slow hash counts: about as many steps as it takes microseconds. */
const bcryptSteps = 60_000;
const scryptSteps = 150_000;

/** Hashes of passwords, slow on purpose, and passwords that follow from others. */
export function passwords(random: RandomBytes): Record<string, TemplateFunction> {
  const hash = (context: CallContext, password: string) => {
    context.spend(bcryptSteps);
    return bcryptHash(random, password);
  };
  return {
    bcrypt: contextFunction(['string'], hash),
    htpasswd: contextFunction(['string', 'string'], (context, user, password) =>
      user.includes(':') ? `invalid username: ${user}` : `${user}:${hash(context, password)}`,
    ),
    derivePassword: contextFunction(
      ['uint32', 'string', 'string', 'string', 'string'],
      (context, counter, type, password, user, site) => {
        if (!Object.hasOwn(templates, type)) return `cannot find password template ${type}`;
        context.spend(scryptSteps);
        return derived(Number(BigInt.asUintN(32, counter)), templates[type]!, password, user, site);
      },
    ),
  };
}

/** Go's default cost. */
const cost = 10;
/** What Blowfish takes as a key, without the zero at its end. */
const longestPassword = 72;

function bcryptHash(random: RandomBytes, password: string): string {
  if (toBytes(password).length > longestPassword)
    return `failed to encrypt string with bcrypt: bcrypt: password length exceeds ${longestPassword} bytes`;
  return bcrypt.hashSync(password, `$2a$${cost}$${bcrypt.encodeBase64(random(16), 16)}`);
}

/** The kinds of passwords of the Master Password algorithm 3: each character stands for a class of them. */
const templates: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long: [
    'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv',
    'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv',
    'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno',
  ].flatMap(line => line.split(' ')),
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
};

const vowels = 'AEIOU';
const consonants = 'BCDFGHJKLMNPQRSTVWXYZ';
const letters = vowels + vowels.toLowerCase() + consonants + consonants.toLowerCase();
const classes: Readonly<Record<string, string>> = {
  V: vowels,
  C: consonants,
  v: vowels.toLowerCase(),
  c: consonants.toLowerCase(),
  A: vowels + consonants,
  a: letters,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${letters}0123456789!@#$%^&*()`,
};

const scope = Buffer.from('com.lyndir.masterpassword');

function derived(
  counter: number,
  kinds: readonly string[],
  password: string,
  user: string,
  site: string,
): string {
  const salt = Buffer.concat([scope, sized(user)]);
  // Go's scrypt knows no limit of memory; this needs 34 MB.
  const key = scryptSync(toBytes(password), salt, 64, { N: 32_768, r: 8, p: 2, maxmem: 64 * 1024 * 1024 });
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([scope, sized(site), bigEndian(counter)]))
    .digest();
  const template = kinds[seed[0]! % kinds.length]!;
  return Array.from(template, (kind, at) => {
    const characters = classes[kind]!;
    return characters[seed[at + 1]! % characters.length];
  }).join('');
}

/** A text after its length. */
function sized(text: string): Buffer {
  const bytes = toBytes(text);
  return Buffer.concat([bigEndian(bytes.length), bytes]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
