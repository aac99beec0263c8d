import { parse, type SemVer } from 'semver';
import { parseConstraint } from './constraint.ts';
import { compareVersions, type VersionParts } from './version.ts';

/** A version as users write it in tags: a leading `v` and missing parts are allowed. Undefined for anything else. */
export function parseVersion(text: string): SemVer | undefined {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (!parts) return undefined;
  const [, major, minor = '0', patch = '0', pre = '', build = ''] = parts;
  return parse(`${Number(major)}.${Number(minor)}.${Number(patch)}${pre}${build}`) ?? undefined;
}

/** What Masterminds/semver takes at most. */
const longestVersion = 256;

const identifiers = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`;
const full = new RegExp(
  String.raw`^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-(${identifiers}))?(?:\+${identifiers})?$`,
);

/**
 * A version in three parts between points, a leading `v` aside, each of which may begin with zeros; undefined for
 * anything else. It is what Flux takes for a version wherever it chooses among tags (fluxcd/pkg/version): moving tags
 * such as `v2` or `v2.1`, which many repositories have beside the full ones, are none.
 */
export function parseFullVersion(text: string): VersionParts | undefined {
  if (text.length > longestVersion || text.split('.', 3).length < 3) return undefined;
  const [, major, minor = '0', patch = '0', pre] = full.exec(text) ?? [];
  if (major === undefined) return undefined;
  const numbers = [major, minor, patch].map(BigInt) as [bigint, bigint, bigint];
  const prerelease = pre?.split('.') ?? [];
  if (numbers.some(number => number >= 2n ** 64n) || prerelease.some(part => /^0[0-9]+$/.test(part)))
    return undefined;
  return { major: numbers[0], minor: numbers[1], patch: numbers[2], prerelease };
}

/**
 * The text of the highest full version that meets the constraint; undefined where none does. Throws BadConstraint.
 */
export function latest(texts: Iterable<string>, constraint: string): string | undefined {
  const meets = parseConstraint(constraint);
  let best: { text: string; version: VersionParts } | undefined;
  for (const text of texts) {
    const version = parseFullVersion(text);
    if (!version || !meets(version)) continue;
    if (!best || compareVersions(version, best.version) > 0) best = { text, version };
  }
  return best?.text;
}
