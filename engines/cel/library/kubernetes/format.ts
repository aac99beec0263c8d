import { fitsFormat } from '@millrace/schema';
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

interface Rule {
  readonly pattern: string;
  readonly longest: number;
  readonly unit: 'characters' | 'bytes';
  readonly what: string;
  readonly examples: string;
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const key = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const labelRule: Rule = {
  pattern: label,
  longest: 63,
  unit: 'characters',
  what: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: "'my-name',  or '123-abc'",
};
const subdomainRule: Rule = {
  pattern: `${label}(\\.${label})*`,
  longest: 253,
  unit: 'characters',
  what: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: "'example.com'",
};
const label1035Rule: Rule = {
  pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
  longest: 63,
  unit: 'characters',
  what: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: "'my-name',  or 'abc-123'",
};
const labelValueRule: Rule = {
  pattern: `(${key})?`,
  longest: 63,
  unit: 'bytes',
  what: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: "'MyValue',  or 'my_value',  or '12345'",
};
const keyRule: Rule = {
  pattern: key,
  longest: 63,
  unit: 'bytes',
  what: "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: "'MyName',  or 'my.name',  or '123-abc'",
};

function problems({ pattern, longest, unit, what, examples }: Rule, text: string): string[] {
  const found = Buffer.byteLength(text) > longest ? [`must be no more than ${longest} ${unit}`] : [];
  if (!new RegExp(`^(?:${pattern})$`).test(text))
    found.push(`${what} (e.g. ${examples}, regex used for validation is '${pattern}')`);
  return found;
}

/** A prefix of names may end in a dash: as Kubernetes does it, the last two bytes give way to an `a`. */
function asPrefix(text: string): string {
  return text.length > 1 && text.endsWith('-')
    ? `${Buffer.from(text).subarray(0, -2).toString('latin1')}a`
    : text;
}

function qualifiedName(text: string): string[] {
  const parts = text.split('/');
  const found: string[] = [];
  if (parts.length > 2) {
    const { what, examples, pattern } = keyRule;
    return [
      `a valid label key ${what} (e.g. ${examples}, regex used for validation is '${pattern}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    const [prefix = ''] = parts;
    if (prefix === '') found.push('prefix part must be non-empty');
    else found.push(...problems(subdomainRule, prefix).map(problem => `prefix part ${problem}`));
  }
  if (name === '') found.push('name part must be non-empty');
  found.push(...problems(keyRule, name).map(problem => `name part ${problem}`));
  return found;
}

function ofSchema(format: string, problem: string): Check {
  return text => (fitsFormat(text, format) ? [] : [problem]);
}

const formats: ReadonlyMap<string, Format> = new Map(
  (
    [
      ['dns1123Label', 'DNS1123Label', 30, text => problems(labelRule, text)],
      ['dns1123Subdomain', 'DNS1123Subdomain', 60, text => problems(subdomainRule, text)],
      ['dns1035Label', 'DNS1035Label', 30, text => problems(label1035Rule, text)],
      ['qualifiedName', 'QualifiedName', 60, qualifiedName],
      ['dns1123LabelPrefix', 'DNS1123LabelPrefix', 30, text => problems(labelRule, asPrefix(text))],
      [
        'dns1123SubdomainPrefix',
        'DNS1123SubdomainPrefix',
        60,
        text => problems(subdomainRule, asPrefix(text)),
      ],
      ['dns1035LabelPrefix', 'DNS1035LabelPrefix', 30, text => problems(label1035Rule, asPrefix(text))],
      ['labelValue', 'LabelValue', 40, text => problems(labelValueRule, text)],
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
