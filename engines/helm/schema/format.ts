import { quote, type Value } from '@millrace/go-template';
import { emailProblem, hostnameProblem, ipv4Problem, ipv6Problem } from './format-host.ts';
import { dateProblem, dateTimeProblem, durationProblem, periodProblem, timeProblem } from './format-time.ts';
import { uriProblem, uriReferenceProblem, uriTemplateProblem } from './format-uri.ts';
import { compilePattern } from './pattern.ts';

/** What a text must look like; every other type of value passes. */
export interface Format {
  name: string;
  /** Why a value is not of the format, undefined where it is. */
  problem: (value: Value) => string | undefined;
}

/** Why a text is not of a format. */
type Problem = (text: string) => string | undefined;

/** The formats that the library which Helm uses knows; others count for nothing. */
const formats: { [name: string]: Problem } = {
  'json-pointer': pointerProblem,
  'relative-json-pointer': relativePointerProblem,
  uuid: uuidProblem,
  duration: durationProblem,
  period: periodProblem,
  ipv4: ipv4Problem,
  ipv6: ipv6Problem,
  hostname: hostnameProblem,
  email: emailProblem,
  date: dateProblem,
  time: timeProblem,
  'date-time': dateTimeProblem,
  uri: uriProblem,
  iri: uriProblem,
  'uri-reference': uriReferenceProblem,
  'iri-reference': uriReferenceProblem,
  'uri-template': uriTemplateProblem,
  semver: semverProblem,
  regex: regexProblem,
};

/** The format of a name; undefined for one that nobody knows. */
export function formatNamed(name: string): Format | undefined {
  const problem = Object.hasOwn(formats, name) ? formats[name] : undefined;
  return problem && { name, problem: value => (typeof value === 'string' ? problem(value) : undefined) };
}

function regexProblem(text: string): string | undefined {
  try {
    compilePattern(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** RFC 6901 */
function pointerProblem(text: string): string | undefined {
  if (text !== '' && !text.startsWith('/')) return 'not starting with /';
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : undefined;
}

function relativePointerProblem(text: string): string | undefined {
  const digits = /^\d*/.exec(text)![0];
  if (digits === '') return 'must start with non-negative integer';
  if (digits.length > 1 && digits.startsWith('0')) return 'starts with zero';
  const rest = text.slice(digits.length);
  return rest === '#' ? undefined : pointerProblem(rest);
}

const uuidGroups = [8, 4, 4, 4, 12];

/** RFC 4122 */
function uuidProblem(text: string): string | undefined {
  const groups = text.split('-');
  if (groups.length !== uuidGroups.length) return `must have ${uuidGroups.length} elements`;
  for (const [at, group] of groups.entries()) {
    if (group.length !== uuidGroups[at]) {
      return `element ${at + 1} must be ${uuidGroups[at]} characters long`;
    }
    const wrong = /[^0-9a-fA-F]/u.exec(group);
    if (wrong) return `non-hex character '${quote(wrong[0]).slice(1, -1)}'`;
  }
  return undefined;
}

/** https://semver.org */
function semverProblem(text: string): string | undefined {
  const [rest, build] = cut(text, '+');
  const [core, release] = cut(rest, '-');
  if (build === '') return 'build is empty';
  return (
    identifierProblem(build, 'build') ??
    identifierProblem(release, 'pre-release') ??
    coreProblem(core.split('.'))
  );
}

function cut(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function identifierProblem(text: string | undefined, kind: 'build' | 'pre-release'): string | undefined {
  for (const identifier of text?.split('.') ?? []) {
    if (identifier === '') return `${kind} identifier is empty`;
    const wrong = /[^0-9A-Za-z-]/u.exec(identifier);
    if (wrong) return `invalid character '${quote(wrong[0]).slice(1, -1)}' in ${kind} identifier`;
    if (kind === 'pre-release' && /^0\d+$/.test(identifier)) {
      return 'pre-release numeric identifier starts with zero';
    }
  }
  return undefined;
}

function coreProblem(numbers: string[]): string | undefined {
  if (numbers.length !== 3) return 'versionCore must have 3 numbers separated by dot';
  for (const [at, name] of ['major', 'minor', 'patch'].entries()) {
    const number = numbers[at]!;
    if (number === '') return `${name} is empty`;
    if (number.length > 1 && number.startsWith('0')) return `${name} starts with zero`;
    if (!/^\d+$/.test(number)) return `${name} contains non-digit`;
  }
  return undefined;
}
