import {
  fitsFormat,
  label1035Rule,
  labelRule,
  labelValueRule,
  nameProblems,
  qualifiedNameProblems,
  subdomainRule,
} from '@millrace/schema';
import type { Library } from '../../check/environment.ts';
import { celFunction, global, member } from '../../check/function.ts';
import { list, opaque, optional, string } from '../../check/type.ts';
import { perCharacter, perPatternCharacter, sizeOf } from '../../cost/size.ts';
import { List } from '../../value/collection.ts';
import { none, OpaqueValue, Optional, type Value } from '../../value/value.ts';
import { nominal } from './ip.ts';
import { urlProblem } from './url.ts';

export const formatType = opaque('kubernetes.NamedFormat');

type Check = (text: string) => string[];

/** A form of texts, known by its name. */
class Format extends OpaqueValue {
  readonly type = formatType;
  readonly name: string;
  readonly check: Check;
  /** How long a pattern for it would be: what costs are reckoned from. */
  readonly patternLength: number;

  constructor(name: string, patternLength: number, check: Check) {
    super();
    this.name = name;
    this.check = check;
    this.patternLength = patternLength;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Format && this.name === other.name;
  }
}

/** A prefix of names may end in a dash: as Kubernetes does it, the last two bytes give way to an `a`. */
function asPrefix(text: string): string {
  return text.length > 1 && text.endsWith('-')
    ? `${Buffer.from(text).subarray(0, -2).toString('latin1')}a`
    : text;
}

function ofSchema(format: string, problem: string): Check {
  return text => (fitsFormat(text, format) ? [] : [problem]);
}

const formats: ReadonlyMap<string, Format> = new Map(
  (
    [
      ['dns1123Label', 'DNS1123Label', 30, text => nameProblems(labelRule, text)],
      ['dns1123Subdomain', 'DNS1123Subdomain', 60, text => nameProblems(subdomainRule, text)],
      ['dns1035Label', 'DNS1035Label', 30, text => nameProblems(label1035Rule, text)],
      ['qualifiedName', 'QualifiedName', 60, qualifiedNameProblems],
      ['dns1123LabelPrefix', 'DNS1123LabelPrefix', 30, text => nameProblems(labelRule, asPrefix(text))],
      [
        'dns1123SubdomainPrefix',
        'DNS1123SubdomainPrefix',
        60,
        text => nameProblems(subdomainRule, asPrefix(text)),
      ],
      ['dns1035LabelPrefix', 'DNS1035LabelPrefix', 30, text => nameProblems(label1035Rule, asPrefix(text))],
      ['labelValue', 'LabelValue', 40, text => nameProblems(labelValueRule, text)],
      ['uri', 'URI', 1104, text => [urlProblem(text)].filter(problem => problem !== undefined)],
      ['uuid', 'uuid', 72, ofSchema('uuid', 'does not match the UUID format')],
      ['byte', 'byte', 84, ofSchema('byte', 'invalid base64')],
      ['date', 'date', 72, ofSchema('date', 'invalid date')],
      ['datetime', 'datetime', 72, ofSchema('date-time', 'invalid datetime')],
    ] as [string, string, number, Check][]
  ).map(([name, shown, length, check]) => [name, new Format(shown, length, check)]),
);

function validate({ check }: Format, text: string): Value {
  const found = check(text);
  return found.length === 0 ? none : new Optional(new List(found));
}

function named(name: string): Value {
  const format = formats.get(name);
  return format ? new Optional(format) : none;
}

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-format-library */
export const formatLibrary: Library = {
  functions: [
    celFunction('validate', [member([formatType, string], optional(list(string)), validate)], {
      cost: ([format, text]) =>
        Math.ceil((1 + sizeOf(text)) * perCharacter) *
        Math.ceil((format instanceof Format ? format.patternLength : 0) * perPatternCharacter),
    }),
    celFunction('format.named', [global([string], optional(formatType), named)], { cost: nominal }),
    ...[...formats].map(([name, format]) =>
      celFunction(`format.${name}`, [global([], formatType, () => format)]),
    ),
  ],
};
