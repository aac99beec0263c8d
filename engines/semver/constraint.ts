import {
  comparePrereleases,
  compareVersions,
  type ExactVersion,
  exactly,
  type VersionParts,
} from './version.ts';

/** The text is no constraint on versions. */
export class BadConstraint extends Error {
  override readonly name = 'BadConstraint';
}

/** Whether a version meets a constraint. */
export type Constraint = (version: VersionParts) => boolean;

/** What Masterminds/semver takes at most, since 3.5. */
const longestConstraint = 512;
const longestVersion = 256;
const mostAlternatives = 32;

/**
 * A constraint as Masterminds/semver v3 reads it: `>=1.2 <2 || 3.x`, `~1.2.3`, `^1`, `1.2 - 1.4`, `!=1.5`. A part that
 * names no pre-release takes none in. Throws BadConstraint in its words.
 */
export function parseConstraint(text: string): Constraint {
  if (text.length > longestConstraint)
    throw new BadConstraint(`constraint string is too long (max ${longestConstraint} bytes)`);
  const alternatives = text.replace(hyphen, '>= $1, <= $2 ').split('||');
  if (alternatives.length > mostAlternatives)
    throw new BadConstraint(`too many constraint groups (max ${mostAlternatives})`);
  const constraints = alternatives.map(parseAll);
  return version => constraints.some(meets => meets(version));
}

// The library means `[0-9xX*]+`, but a bar is taken as well, only to be refused as a number.
const number = '[0-9xX*|]+';
const identifiers = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`;
const written = String.raw`v?${number}(?:\.${number})?(?:\.${number})?(?:-${identifiers})?(?:\+${identifiers})?`;
const parts = new RegExp(
  String.raw`^v?(${number})(?:\.(${number}))?(?:\.(${number}))?(?:-(${identifiers}))?(?:\+.*)?$`,
);
const hyphen = new RegExp(String.raw`\s*(${written})\s+-\s+(${written})\s*`, 'g');
const single = new RegExp(String.raw`(!=|>=|=>|<=|=<|~>|=|>|<|~|\^|)\s*(${written})(\s*)`, 'y');

/** Parts joined by commas or blanks must all be met. A pre-release in one of them lets pre-releases into all. */
function parseAll(text: string): Constraint {
  const improper = () => new BadConstraint(`improper constraint: ${JSON.stringify(text)}`);
  const found: { operator: string; version: string }[] = [];
  for (let at = /^\s*/.exec(text)![0].length; at < text.length || found.length === 0; ) {
    single.lastIndex = at;
    const [whole, operator, version, blank] = single.exec(text) ?? [];
    if (whole === undefined) throw improper();
    at += whole.length;
    const comma = /^,\s*/.exec(text.slice(at))?.[0] ?? '';
    at += comma.length;
    if (comma ? at === text.length : !blank && at < text.length) throw improper();
    found.push({ operator: operator!, version: version! });
  }
  const constraints = found.map(({ operator, version }) => ({ operator, bounds: boundsOf(version) }));
  const prereleases = constraints.some(({ bounds }) => bounds.from.prerelease.length > 0);
  return version => {
    if (!prereleases && version.prerelease.length > 0) return false;
    const exact = exactly(version);
    return constraints.every(({ operator, bounds }) => meets(exact, operator, bounds));
  };
}

/** A version of a constraint: its least one, and the first part that was left open. */
interface Bounds {
  from: ExactVersion;
  open: 'all' | 'minor' | 'patch' | 'nothing';
}

function boundsOf(version: string): Bounds {
  const [, ...numbers] = parts.exec(version)!;
  const prerelease = numbers.pop()?.split('.') ?? [];
  const count = numbers.findIndex(part => part === undefined || /^[xX*]$/.test(part));
  const known = (count < 0 ? numbers : numbers.slice(0, count)).map(part => part!);
  const isBad = known.some(part => !/^[0-9]+$/.test(part) || BigInt(part) >= 2n ** 64n);
  if (isBad || version.length > longestVersion || prerelease.some(part => /^0[0-9]+$/.test(part)))
    throw new BadConstraint('constraint parser error');
  const [major = 0n, minor = 0n, patch = 0n] = known.map(BigInt);
  const open = (['all', 'minor', 'patch', 'nothing'] as const)[known.length]!;
  return { from: { major, minor, patch, prerelease }, open };
}

function meets(version: ExactVersion, operator: string, { from, open }: Bounds): boolean {
  const order = compareVersions(version, from);
  switch (operator) {
    case '!=':
      return differs(version, from, open);
    case '>':
      return isAbove(version, from, open);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      return open === 'nothing' ? order <= 0 : isNotBeyond(version, from, open);
    case '~':
    case '~>':
      return order >= 0 && isNear(version, from, open);
    case '^':
      return order >= 0 && isCompatible(version, from, open);
    default:
      return open === 'nothing' ? order === 0 : order >= 0 && isNear(version, from, open);
  }
}

type Rule = (version: ExactVersion, from: ExactVersion, open: Bounds['open']) => boolean;

const differs: Rule = (version, from, open) => {
  if (version.major !== from.major) return true;
  if (open === 'minor') return false;
  if (version.minor !== from.minor) return true;
  if (open === 'patch') return comparePrereleases(version.prerelease, from.prerelease) !== 0;
  return compareVersions(version, from) !== 0;
};

/** `>1` means 2 and later: what is open is within. */
const isAbove: Rule = (version, from, open) => {
  if (open === 'minor') return version.major > from.major;
  if (open === 'patch' && version.major === from.major) return version.minor > from.minor;
  return compareVersions(version, from) > 0;
};

const isNotBeyond: Rule = (version, from, open) =>
  version.major < from.major ||
  (version.major === from.major && (open === 'minor' || version.minor <= from.minor));

const isNear: Rule = (version, from, open) => {
  const isZero = from.major === 0n && from.minor === 0n && from.patch === 0n;
  // The library takes ~0.0.0 for any version, since that is how it reads ~*.
  if (isZero && (open === 'all' || open === 'nothing')) return true;
  return version.major === from.major && (open === 'minor' || version.minor === from.minor);
};

/** The left-most part that is not zero may not change. `^*` is read as ^0.0.0. */
const isCompatible: Rule = (version, from, open) => {
  if (version.major !== from.major) return false;
  if (from.major > 0n || open === 'minor') return true;
  if (version.minor !== from.minor) return false;
  return from.minor > 0n || open === 'patch' || version.patch === from.patch;
};
