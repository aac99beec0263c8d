import { isObject, type Json } from '@millrace/json';
import { decodeAs } from '../decode.ts';
import { folded } from '../folded.ts';
import { isPackageUrl } from './package-url.ts';
import { isUriReference } from './uri-reference.ts';

/** What a value has to be; null is the same as none. Throws TypeError that names the field. */
export type Field = (value: Json | undefined, path: string) => void;

const textOf = (value: Json | undefined, path: string): string => decodeAs('string', value, path);

function textThat(holds: (text: string) => boolean, what: string): Field {
  return (value, path) => {
    if (!holds(textOf(value, path))) throw new TypeError(`${path}: ${what} is expected`);
  };
}

export const text: Field = textThat(() => true, 'a text');
export const filled: Field = textThat(value => value !== '', 'a text that is not empty');
export const uri: Field = textThat(isUriReference, 'a reference to a URI');
export const filledUri: Field = textThat(value => value !== '' && isUriReference(value), 'a URI');
/** Expected even where the specification lets it be left out: the SDK does. */
export const packageUrl: Field = textThat(isPackageUrl, 'a package URL');
export const nothing: Field = textThat(value => value === '', 'nothing');
export const matching = (pattern: RegExp): Field => textThat(value => pattern.test(value), String(pattern));
export const time: Field = (value, path) => void decodeAs('time', value, path);
export const texts: Field = (value, path) => void decodeAs(['string'] as const, value, path);
export const anyObject: Field = (value, path) => {
  if (!isObject(value)) throw new TypeError(`${path}: an object is expected`);
};

/** One of some words. */
export const word = (...words: string[]): Field =>
  textThat(value => words.includes(value), `one of ${words.join(', ')}`);
export const optionalWord = (...words: string[]): Field => word('', ...words);

/** An object; where there is none, it is one that has nothing. Others of its fields do not matter, nor their case. */
export function object(fields: Record<string, Field>): Field {
  return (value, path) => {
    if (value !== undefined && value !== null && !isObject(value))
      throw new TypeError(`${path}: an object is expected`);
    const given = new Map<string, Json>();
    for (const [key, one] of Object.entries(value ?? {})) if (one !== null) given.set(folded(key), one);
    for (const [name, field] of Object.entries(fields)) field(given.get(folded(name)), `${path}.${name}`);
  };
}

export const optional =
  (field: Field): Field =>
  (value, path) => {
    if (value !== undefined && value !== null) field(value, path);
  };

export const required =
  (field: Field): Field =>
  (value, path) => {
    if (value === undefined || value === null) throw new TypeError(`${path} is missing`);
    field(value, path);
  };

export const list =
  (field: Field): Field =>
  (value, path) => {
    if (!Array.isArray(value)) throw new TypeError(`${path}: a list is expected`);
    for (const [i, one] of value.entries()) field(one, `${path}[${i}]`);
  };
