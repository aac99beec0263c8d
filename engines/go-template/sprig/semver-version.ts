import { compareVersions, type VersionParts } from '@millrace/semver';
import { goFunction } from '../function.ts';
import { GoInt, GoObject, goInt, type TemplateFunction } from '../value.ts';
import { nilDereference } from './panic.ts';

/** The longest text that the library reads as a version. */
const longest = 256;

interface Parts {
  major: bigint;
  minor: bigint;
  patch: bigint;
  prerelease: string;
  metadata: string;
  original: string;
}

const nothing: Parts = {
  major: 0n,
  minor: 0n,
  patch: 0n,
  prerelease: '',
  metadata: '',
  original: '',
};

const shape =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** A version as Masterminds/semver reads it loosely, as the *semver.Version that templates get. Throws its errors. */
export function versionObject(text: string): GoObject {
  return new Version(parsed(text), true);
}

/** The same for comparing. */
export function versionParts(text: string): VersionParts {
  return comparable(parsed(text));
}

function parsed(text: string): Parts {
  if (text.length > longest) throw new Error(`version string is too long (max ${longest} bytes)`);
  const match = shape.exec(text);
  if (!match) throw new Error('invalid semantic version');
  const [, major, minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  const [first, second, third] = [segment(major!), segment(minor), segment(patch)];
  checkPrerelease(prerelease);
  return { major: first, minor: second, patch: third, prerelease, metadata, original: text };
}

function segment(digits: string): bigint {
  const value = BigInt(digits);
  if (value < 2n ** 64n) return value;
  throw new Error(
    `error parsing version segment: strconv.ParseUint: parsing "${digits}": value out of range`,
  );
}

function checkPrerelease(text: string): void {
  if (text.split('.').some(part => /^0[0-9]+$/.test(part))) throw new Error('version segment starts with 0');
}

/** Set parts are held against the same rules as read ones. */
function checkIdentifiers(text: string, what: string): void {
  if (text !== '' && !/^[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*$/.test(text))
    throw new Error(`invalid ${what} string`);
}

function textOfVersion({ major, minor, patch, prerelease, metadata }: Parts): string {
  return `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
}

/** What is changed loses its spelling but for a leading v. */
function changed(parts: Parts, change: Partial<Parts>): Version {
  const next = { ...parts, ...change };
  const prefix = parts.original.startsWith('v') ? 'v' : '';
  return new Version({ ...next, original: prefix + textOfVersion(next) }, false);
}

class Version extends GoObject {
  readonly parts: Parts;

  constructor(parts: Parts, isPointer: boolean) {
    super({
      type: isPointer ? '*semver.Version' : 'semver.Version',
      kind: isPointer ? 'ptr' : 'struct',
      text: () => textOfVersion(parts),
      marshalText: () => textOfVersion(parts),
      methods: { ...reading(parts), ...changing(parts), ...(isPointer ? comparing(parts) : {}) },
      zero: () => new Version(nothing, isPointer),
      unexported: parts as unknown as Record<string, string>,
    });
    this.parts = parts;
  }
}

const uint64 = (value: bigint) => new GoInt('uint64', value);

function reading(parts: Parts): Record<string, TemplateFunction> {
  return {
    Major: goFunction([], () => uint64(parts.major)),
    Minor: goFunction([], () => uint64(parts.minor)),
    Patch: goFunction([], () => uint64(parts.patch)),
    Prerelease: goFunction([], () => parts.prerelease),
    Metadata: goFunction([], () => parts.metadata),
    String: goFunction([], () => textOfVersion(parts)),
  };
}

function changing(parts: Parts): Record<string, TemplateFunction> {
  const { major, minor, patch } = parts;
  const release = { prerelease: '', metadata: '' };
  return {
    IncMajor: goFunction([], () => changed(parts, { major: major + 1n, minor: 0n, patch: 0n, ...release })),
    IncMinor: goFunction([], () => changed(parts, { minor: minor + 1n, patch: 0n, ...release })),
    // The patch release of a pre-release is the release itself.
    IncPatch: goFunction([], () =>
      changed(parts, { patch: parts.prerelease ? patch : patch + 1n, ...release }),
    ),
    SetPrerelease: goFunction(['string'], prerelease => {
      checkIdentifiers(prerelease, 'prerelease');
      checkPrerelease(prerelease);
      return changed(parts, { prerelease });
    }),
    SetMetadata: goFunction(['string'], metadata => {
      checkIdentifiers(metadata, 'metadata');
      return changed(parts, { metadata });
    }),
  };
}

/** Methods of the pointer: a version that another method returned has none of them. */
function comparing(parts: Parts): Record<string, TemplateFunction> {
  const by = (judge: (order: number) => boolean) =>
    goFunction(['*semver.Version'], other => judge(compare(parts, partsOf(other))));
  return {
    Original: goFunction([], () => parts.original),
    Compare: goFunction(['*semver.Version'], other => goInt(compare(parts, partsOf(other)))),
    Equal: goFunction(['*semver.Version'], other => other !== null && compare(parts, partsOf(other)) === 0),
    LessThan: by(order => order < 0),
    LessThanEqual: by(order => order <= 0),
    GreaterThan: by(order => order > 0),
    GreaterThanEqual: by(order => order >= 0),
  };
}

function partsOf(version: GoObject | null): Parts {
  if (!(version instanceof Version)) throw nilDereference();
  return version.parts;
}

function compare(a: Parts, b: Parts): number {
  return compareVersions(comparable(a), comparable(b));
}

function comparable(parts: Parts): VersionParts {
  return { ...parts, prerelease: parts.prerelease === '' ? [] : parts.prerelease.split('.') };
}
