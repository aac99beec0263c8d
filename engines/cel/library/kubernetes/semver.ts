import { compareVersions, type VersionParts } from '@millrace/semver';
import type { Library } from '../../check/environment.ts';
import { celFunction, global, member } from '../../check/function.ts';
import { bool, int, opaque, string } from '../../check/type.ts';
import { reading } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { OpaqueValue } from '../../value/value.ts';
import { nominal, succeeds } from './ip.ts';

export const semverType = opaque('kubernetes.Semver');

/** A semantic version; what it was built from does not count. */
class Semver extends OpaqueValue {
  readonly type = semverType;
  readonly parts: VersionParts;

  constructor(parts: VersionParts) {
    super();
    this.parts = parts;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Semver && compareVersions(this.parts, other.parts) === 0;
  }
}

const limit = 1n << 64n;

function numberPart(text: string, what: string): bigint {
  const fail = (why: string) => new EvaluationError(why);
  if (!/^\d+$/.test(text)) throw fail(`Invalid character(s) found in ${what} number ${JSON.stringify(text)}`);
  if (text.length > 1 && text.startsWith('0'))
    throw fail(
      `${what[0]!.toUpperCase()}${what.slice(1)} number must not contain leading zeroes ${JSON.stringify(text)}`,
    );
  if (isTooLarge(text)) throw fail(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
  return BigInt(text);
}

/** True for a number beyond 64 bits. */
function isTooLarge(text: string): boolean {
  return /^[0-9]+$/.test(text) && (text.length > 20 || BigInt(text) >= limit);
}

function identifiers(text: string, what: string): string[] {
  return text.split('.').map(part => {
    if (part === '')
      throw new EvaluationError(what === 'build' ? 'Build meta data is empty' : 'Prerelease is empty');
    if (!/^[0-9A-Za-z-]+$/.test(part))
      throw new EvaluationError(
        what === 'build'
          ? `Invalid character(s) found in build meta data ${JSON.stringify(part)}`
          : `Invalid character(s) found in prerelease ${JSON.stringify(part)}`,
      );
    if (what !== 'build' && /^0\d+$/.test(part))
      throw new EvaluationError(
        `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(part)}`,
      );
    if (what !== 'build' && isTooLarge(part))
      throw new EvaluationError(`strconv.ParseUint: parsing ${JSON.stringify(part)}: value out of range`);
    return part;
  });
}

/** Strict, as semver.org has it. Throws EvaluationError. */
function parseSemver(text: string): Semver {
  if (text === '') throw new EvaluationError('Version string empty');
  const [major = '', minor = '', ...more] = text.split('.');
  if (more.length === 0) throw new EvaluationError('No Major.Minor.Patch elements found');
  let rest = more.join('.');
  const numbers = [numberPart(major, 'major'), numberPart(minor, 'minor')] as const;
  const plus = rest.indexOf('+');
  const build = plus < 0 ? undefined : rest.slice(plus + 1);
  if (plus >= 0) rest = rest.slice(0, plus);
  const dash = rest.indexOf('-');
  const prerelease = dash < 0 ? undefined : rest.slice(dash + 1);
  if (dash >= 0) rest = rest.slice(0, dash);
  const patch = numberPart(rest, 'patch');
  const parts = prerelease === undefined ? [] : identifiers(prerelease, 'prerelease');
  if (build !== undefined) identifiers(build, 'build');
  return new Semver({ major: numbers[0], minor: numbers[1], patch, prerelease: parts });
}

/** Takes a leading v, missing parts and leading zeroes too. Throws EvaluationError. */
function parseTolerantly(text: string): Semver {
  const [major = '', minor, ...more] = text.replace(/^v/, '').split('.');
  const parts = [
    major,
    ...(minor === undefined ? [] : [minor]),
    ...(more.length > 0 ? [more.join('.')] : []),
  ];
  const plain = parts.map(part => (part.length > 1 ? part.replace(/^0+/, '').replace(/^(?!\d)/, '0') : part));
  if (plain.length < 3 && /[+-]/.test(plain.at(-1)!))
    throw new EvaluationError('short version cannot contain PreRelease/Build meta data');
  while (plain.length < 3) plain.push('0');
  return parseSemver(plain.join('.'));
}

function parse(text: string, isTolerant = false): Semver {
  return isTolerant ? parseTolerantly(text) : parseSemver(text);
}

function compare(a: Semver, b: Semver): number {
  return Math.sign(compareVersions(a.parts, b.parts));
}

const two = [semverType, semverType];

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-semver-library */
export const semverLibrary: Library = {
  functions: [
    celFunction('semver', [global([string], semverType, parse), global([string, bool], semverType, parse)], {
      cost: reading(),
    }),
    celFunction(
      'isSemver',
      [
        global([string], bool, succeeds(parseSemver)),
        global([string, bool], bool, (text: string, isTolerant: boolean) =>
          succeeds(one => parse(one, isTolerant))(text),
        ),
      ],
      { cost: reading() },
    ),
    celFunction('isGreaterThan', [member(two, bool, (a: Semver, b: Semver) => compare(a, b) > 0)], {
      cost: nominal,
    }),
    celFunction('isLessThan', [member(two, bool, (a: Semver, b: Semver) => compare(a, b) < 0)], {
      cost: nominal,
    }),
    celFunction('compareTo', [member(two, int, (a: Semver, b: Semver) => BigInt(compare(a, b)))], {
      cost: nominal,
    }),
    ...(['major', 'minor', 'patch'] as const).map(name =>
      celFunction(name, [member([semverType], int, ({ parts }: Semver) => BigInt(parts[name]))], {
        cost: nominal,
      }),
    ),
  ],
};
