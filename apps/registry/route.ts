import { isTag, requireName } from './names.ts';
import { Problem } from './problem.ts';

/** What a request is about, by its path (distribution-spec, "Endpoints"). */
export type Route =
  | { readonly kind: 'base' | 'token' | 'catalog' }
  | {
      readonly kind: 'blob' | 'manifest' | 'tags' | 'referrers' | 'uploads' | 'upload';
      readonly repository: string;
      /** A digest, a tag, or the id of an upload; empty where there is none. */
      readonly reference: string;
    };

const kinds: Record<string, 'blob' | 'manifest' | 'referrers'> = {
  blobs: 'blob',
  manifests: 'manifest',
  referrers: 'referrers',
};

/** Undefined for a path that is none of the registry's. Throws Problem for a name that is none. */
export function routeOf(path: string): Route | undefined {
  if (path === '/token') return { kind: 'token' };
  if (path === '/v2' || path === '/v2/') return { kind: 'base' };
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  if (!path.startsWith('/v2/')) return undefined;
  // Names have slashes themselves: the path is read from its end.
  const parts = path.slice('/v2/'.length).split('/');
  const [before = '', last = ''] = parts.slice(-2);
  const nameUpTo = (end: number) => requireName(parts.slice(0, end).join('/'));
  if (parts.at(-3) === 'blobs' && before === 'uploads')
    return { kind: last === '' ? 'uploads' : 'upload', repository: nameUpTo(-3), reference: last };
  // Without the slash at the end.
  if (before === 'blobs' && last === 'uploads')
    return { kind: 'uploads', repository: nameUpTo(-2), reference: '' };
  if (before === 'tags' && last === 'list') return { kind: 'tags', repository: nameUpTo(-2), reference: '' };
  const kind = Object.hasOwn(kinds, before) ? kinds[before] : undefined;
  if (!kind) return undefined;
  const repository = nameUpTo(-2);
  if (kind === 'manifest' && !last.includes(':') && !isTag(last))
    throw new Problem(
      404,
      'MANIFEST_UNKNOWN',
      'a tag has up to 128 letters, digits, and . _ - after the first',
    );
  return { kind, repository, reference: last };
}
