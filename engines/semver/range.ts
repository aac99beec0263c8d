import { compare, parse, type SemVer } from 'semver';
import { parseConstraint } from './constraint.ts';

/** A version as users write it in tags: a leading `v` and missing parts are allowed. Undefined for anything else. */
export function parseVersion(text: string): SemVer | undefined {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (!parts) return undefined;
  const [, major, minor = '0', patch = '0', pre = '', build = ''] = parts;
  return parse(`${Number(major)}.${Number(minor)}.${Number(patch)}${pre}${build}`) ?? undefined;
}

/** The highest version that meets the constraint, with the text that it was written as; undefined where none does. */
export function latest(
  texts: Iterable<string>,
  constraint: string,
): { text: string; version: SemVer } | undefined {
  const meets = parseConstraint(constraint);
  let best: { text: string; version: SemVer } | undefined;
  for (const text of texts) {
    const version = parseVersion(text);
    if (!version || !meets(version)) continue;
    if (!best || compare(version, best.version) > 0) best = { text, version };
  }
  return best;
}
