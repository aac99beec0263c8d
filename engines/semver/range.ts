import { compare, parse, type SemVer } from 'semver';

/** The text is no constraint on versions. */
export class BadConstraint extends Error {
  override readonly name = 'BadConstraint';
}

/** Whether a version meets a constraint. */
export type Constraint = (version: SemVer) => boolean;

/** A version as users write it in tags: a leading `v` and missing parts are allowed. Undefined for anything else. */
export function parseVersion(text: string): SemVer | undefined {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (!parts) return undefined;
  const [, major, minor = '0', patch = '0', pre = '', build = ''] = parts;
  return parse(`${Number(major)}.${Number(minor)}.${Number(patch)}${pre}${build}`) ?? undefined;
}

/**
 * A constraint as Masterminds/semver v3 reads it: `>=1.2 <2 || 3.x`, `~1.2.3`, `^1`, `1.2 - 1.4`, `!=1.5`. A part that
 * names no pre-release takes none in. Throws BadConstraint.
 */
export function parseConstraint(text: string): Constraint {
  const alternatives = text.split('||').map(alternative => parseAll(alternative, text));
  return version => alternatives.some(alternative => alternative(version));
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

const part = String.raw`v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*]))?(?:\.(?:\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?`;
const operator = String.raw`=|!=|>|<|>=|=>|<=|=<|~|~>|\^`;
const hyphen = new RegExp(`(${part})\\s+-\\s+(${part})`, 'g');
const single = new RegExp(`(?:^|[\\s,])\\s*(${operator})?\\s*(${part})(?=[\\s,]|$)`, 'y');

/** Parts joined by commas or blanks must all be met. A pre-release in one of them lets pre-releases into all. */
function parseAll(text: string, whole: string): Constraint {
  const spelled = text.replace(hyphen, '>=$1 <=$2').trim();
  const constraints: Constraint[] = [];
  let prereleases = false;
  single.lastIndex = 0;
  while (single.lastIndex < spelled.length) {
    const found = single.exec(spelled);
    if (!found) throw new BadConstraint(`improper constraint: ${whole}`);
    const bounds = boundsOf(found[2]!);
    prereleases ||= bounds.prerelease;
    constraints.push(compareBy(found[1] ?? '', found[2]!, bounds));
  }
  if (constraints.length === 0) throw new BadConstraint(`improper constraint: ${whole}`);
  return version =>
    (prereleases || version.prerelease.length === 0) && constraints.every(meets => meets(version));
}

/** The least version of what was written, the first that is beyond it, and how exactly it was written. */
interface Bounds {
  from: SemVer;
  /** Undefined for `*`. */
  next: SemVer | undefined;
  exact: boolean;
  prerelease: boolean;
}

function compareBy(sign: string, text: string, { from, next, exact }: Bounds): Constraint {
  const atLeast: Constraint = version => compare(version, from) >= 0;
  const below =
    (limit: SemVer | undefined): Constraint =>
    version =>
      limit === undefined || compare(version, limit) < 0;
  const within: Constraint = version => atLeast(version) && below(next)(version);
  switch (sign) {
    case '!=':
      return version => !(exact ? compare(version, from) === 0 : within(version));
    case '>':
      return exact
        ? version => compare(version, from) > 0
        : version => next === undefined || compare(version, next) >= 0;
    case '<':
      return version => compare(version, from) < 0;
    case '>=':
    case '=>':
      return atLeast;
    case '<=':
    case '=<':
      return exact ? version => compare(version, from) <= 0 : below(next);
    case '~':
    case '~>':
      return version => atLeast(version) && below(exact ? bump(from, 'minor') : next)(version);
    case '^':
      return version =>
        next !== undefined && atLeast(version) && below(caretLimit(from, text, next))(version);
    default:
      return exact ? version => compare(version, from) === 0 : within;
  }
}

/** The first version that the caret leaves out: the left-most part that is not zero may not change. */
function caretLimit(from: SemVer, text: string, next: SemVer | undefined): SemVer | undefined {
  const written = text
    .replace(/^v/, '')
    .split(/[-+]/)[0]!
    .split('.')
    .filter(p => /^\d+$/.test(p)).length;
  if (written === 0) return undefined;
  if (from.major > 0 || written === 1) return bump(from, 'major');
  if (from.minor > 0 || written === 2) return bump(from, 'minor');
  return next ?? bump(from, 'patch');
}

function boundsOf(text: string): Bounds {
  const [core = '', ...rest] = text.replace(/^v/, '').split(/(?=[-+])/);
  const parts = core.split('.').map(p => (/^\d+$/.test(p) ? Number(p) : undefined));
  const known = parts.indexOf(undefined);
  const count = known < 0 ? parts.length : known;
  const [major = 0, minor = 0, patch = 0] = parts.slice(0, count) as number[];
  const tail = count === 3 ? rest.join('') : '';
  const from = parse(`${major}.${minor}.${patch}${tail}`) ?? parse(`${major}.${minor}.${patch}`)!;
  const next = count === 0 ? undefined : bump(from, count === 1 ? 'major' : count === 2 ? 'minor' : 'patch');
  return { from, next, exact: count === 3, prerelease: rest.some(r => r.startsWith('-')) };
}

/** The first version of the next level: its pre-releases belong to it. */
function bump({ major, minor, patch }: SemVer, level: 'major' | 'minor' | 'patch'): SemVer {
  if (level === 'major') return parse(`${major + 1}.0.0-0`)!;
  if (level === 'minor') return parse(`${major}.${minor + 1}.0-0`)!;
  return parse(`${major}.${minor}.${patch + 1}-0`)!;
}
