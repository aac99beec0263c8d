import { compilePattern } from './pattern.ts';

/** What the names of one kind look like. */
export interface NameRule {
  readonly pattern: string;
  readonly longest: number;
  readonly unit: 'characters' | 'bytes';
  readonly what: string;
  readonly examples: string;
  /** The rule that a name may keep instead, and what is then wrong with it. */
  readonly nearly?: readonly [pattern: string, why: string];
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const key = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const subdomain = `${label}(\\.${label})*`;

export const labelRule: NameRule = {
  pattern: label,
  nearly: [subdomain, 'must not contain dots'],
  longest: 63,
  unit: 'characters',
  what: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: "'my-name',  or '123-abc'",
};
export const subdomainRule: NameRule = {
  pattern: subdomain,
  longest: 253,
  unit: 'characters',
  what: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: "'example.com'",
};
export const label1035Rule: NameRule = {
  pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
  longest: 63,
  unit: 'characters',
  what: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: "'my-name',  or 'abc-123'",
};
export const labelValueRule: NameRule = {
  pattern: `(${key})?`,
  longest: 63,
  unit: 'bytes',
  what: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: "'MyValue',  or 'my_value',  or '12345'",
};
const keyRule: NameRule = {
  pattern: key,
  longest: 63,
  unit: 'bytes',
  what: "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: "'MyName',  or 'my.name',  or '123-abc'",
};

/** What of a text breaks a rule, in the words of Kubernetes. */
export function nameProblems(rule: NameRule, text: string): string[] {
  const { pattern, longest, unit, what, examples, nearly } = rule;
  const found = Buffer.byteLength(text) > longest ? [`must be no more than ${longest} ${unit}`] : [];
  if (fits(pattern, text)) return found;
  if (nearly && fits(nearly[0], text)) return [...found, nearly[1]];
  return [...found, `${what} (e.g. ${examples}, regex used for validation is '${pattern}')`];
}

function fits(pattern: string, text: string): boolean {
  return compilePattern(`^(?:${pattern})$`).test(text);
}

/** What is wrong with a name such as `example.com/part`. */
export function qualifiedNameProblems(text: string): string[] {
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
    else found.push(...nameProblems(subdomainRule, prefix).map(problem => `prefix part ${problem}`));
  }
  if (name === '') found.push('name part must be non-empty');
  found.push(...nameProblems(keyRule, name).map(problem => `name part ${problem}`));
  return found;
}
