import type { Json } from '@millrace/json';

/** A key as it stands in a JSON pointer (RFC 6901). */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The JSON pointer of a path of keys. */
export function pointerOf(path: readonly string[]): string {
  return path.map(token => `/${escapeToken(token)}`).join('');
}

/** What a JSON pointer points to, undefined for nothing. */
export function lookUpPointer(value: Json, pointer: string): Json | undefined {
  let found: Json | undefined = value;
  for (const written of pointer.split('/').slice(1)) {
    const token = written.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(found)) found = /^\d+$/.test(token) ? found[Number(token)] : undefined;
    else if (typeof found === 'object' && found !== null) found = ownValue(found, token);
    else return undefined;
  }
  return found;
}

/** The value of a key of its own, undefined where there is none. */
export function ownValue<T>(object: { [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The pointer as the fragment of a URL: everything but `/` is escaped as in a path. */
export function encodeFragment(pointer: string): string {
  return pointer
    .split('/')
    .map(token => encodeURIComponent(token).replace(/%(24|26|2B|3A|3D|40)/g, decodeURIComponent))
    .join('/');
}
