/** What decides about the order of versions. Numbers may be of either kind; an npm SemVer is one of these as well. */
export interface VersionParts {
  readonly major: number | bigint;
  readonly minor: number | bigint;
  readonly patch: number | bigint;
  readonly prerelease: readonly (string | number)[];
}

/** The same with numbers of one kind, whatever they were. */
export interface ExactVersion extends VersionParts {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
}

export function exactly({ major, minor, patch, prerelease }: VersionParts): ExactVersion {
  return { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease };
}

/** Semantic order: negative, zero or positive. A pre-release comes before its release (semver.org, 11). */
export function compareVersions(a: VersionParts, b: VersionParts): number {
  for (const part of ['major', 'minor', 'patch'] as const)
    if (a[part] < b[part] || a[part] > b[part]) return a[part] < b[part] ? -1 : 1;
  return comparePrereleases(a.prerelease, b.prerelease);
}

export function comparePrereleases(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = compareIdentifiers(a[at], b[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by value before texts by character; a missing one before all. */
function compareIdentifiers(a: string | number | undefined, b: string | number | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [left, right] = [String(a), String(b)];
  if (left === right) return 0;
  const [isNumber, isOther] = [/^[0-9]+$/.test(left), /^[0-9]+$/.test(right)];
  if (isNumber !== isOther) return isNumber ? -1 : 1;
  if (isNumber) return BigInt(left) < BigInt(right) ? -1 : 1;
  return left < right ? -1 : 1;
}
