import { quote } from '@millrace/go-template';
import type { LintObject } from './object.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';

const subdomainRule = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
const labelRule = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`;
const label1035Rule = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`;

/** What is wrong with a name. */
type Rule = (name: string) => string[];

function rule(expression: RegExp, limit: number, text: string): Rule {
  return name => [
    ...(name.length > limit ? [`must be no more than ${limit} characters`] : []),
    ...(expression.test(name) ? [] : [text]),
  ];
}

const isSubdomain = rule(new RegExp(`^${subdomain}$`), 253, subdomainRule);
const isLabel = rule(new RegExp(`^${label}$`), 63, labelRule);
const isLabel1035 = rule(new RegExp(`^${label1035}$`), 63, label1035Rule);

/** What may be one part of a URL's path. */
function isPathSegment(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%']
    .filter(character => name.includes(character))
    .map(character => `may not contain '${character}'`);
}

/** The rules of kinds whose names are no subdomains of DNS. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['service', isLabel1035],
  ['namespace', name => (name.includes('.') ? ['must not contain dots'] : isLabel(name))],
  ['certificatesigningrequest', () => []],
  ...['role', 'clusterrole', 'rolebinding', 'clusterrolebinding'].map(kind => [kind, isPathSegment] as const),
]);

/** What is wrong with the name of an object, by the rules of its kind; undefined for nothing. */
export function objectNameProblem({ kind, name }: LintObject): string | undefined {
  const problems = (rules.get(kind.toLowerCase()) ?? isSubdomain)(name);
  if (problems.length === 0) return undefined;
  const told = problems.map(problem => `metadata.name: Invalid value: ${quote(name)}: ${problem}`);
  const all = told.length === 1 ? told[0] : `[${told.join(', ')}]`;
  return `object name does not conform to Kubernetes naming requirements: ${quote(name)}: ${all}`;
}
