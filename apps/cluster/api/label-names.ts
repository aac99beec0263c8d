import type { Cause } from './status.ts';

const part = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const namePart = new RegExp(`^${part}$`);
const labelValue = new RegExp(`^(${part})?$`);
const subdomain = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const prefixPart = new RegExp(`^${subdomain}$`);

const partMessage = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${part}')`;
const prefixMessage = `prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
const valueMessage = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${part})?')`;

/**
 * What is wrong with a name such as `example.com/part`; `shown` is what messages quote.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function qualifiedNameProblems(name: string, field: string, shown = name): Cause[] {
  const pieces = name.split('/');
  const problem = (why: string) => invalidText(shown, why, field);
  if (pieces.length > 2) {
    const why = `a valid label key ${partMessage} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
    return [problem(why)];
  }
  const problems: Cause[] = [];
  const [prefix, own] = pieces.length === 2 ? (pieces as [string, string]) : [undefined, pieces[0]!];
  if (prefix === '') problems.push(problem('prefix part must be non-empty'));
  else if (prefix !== undefined && !prefixPart.test(prefix)) problems.push(problem(prefixMessage));
  if (own === '') problems.push(problem('name part must be non-empty'));
  else if (own.length > 63) problems.push(problem('name part must be no more than 63 bytes'));
  if (!namePart.test(own)) problems.push(problem(`name part ${partMessage}`));
  return problems;
}

export function labelKeyProblems(key: string, field: string): Cause[] {
  return qualifiedNameProblems(key, field);
}

export function labelValueProblems(value: unknown, field: string): Cause[] {
  const text = String(value);
  const problems: Cause[] = [];
  if (text.length > 63) problems.push(invalidText(text, 'must be no more than 63 bytes', field));
  if (!labelValue.test(text)) problems.push(invalidText(text, valueMessage, field));
  return problems;
}

function invalidText(value: string, why: string, field: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}
