import { randomInt } from 'node:crypto';
import type { Cause } from './status.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;

interface NameRule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly message: string;
  /** What to say of names that would be good but for one thing. */
  readonly nearly?: readonly (readonly [what: RegExp, why: string])[];
}

const subdomainRule: NameRule = {
  pattern: new RegExp(`^${subdomain}$`),
  longest: 253,
  message: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
};

const labelRule: NameRule = {
  pattern: new RegExp(`^${label}$`),
  longest: 63,
  message: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
  nearly: [[new RegExp(`^${subdomain}$`), 'must not contain dots']],
};

const rfc1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';

const rfc1035Rule: NameRule = {
  pattern: new RegExp(`^${rfc1035}$`),
  longest: 63,
  message: `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${rfc1035}')`,
};

/** RBAC names are path segments: `system:masters` is one. */
const segmentRule: NameRule = {
  pattern: /^(?!\.{1,2}$)[^/%]+$/,
  longest: Number.POSITIVE_INFINITY,
  message: 'Required value',
  nearly: [
    [/^\.$/, "may not be '.'"],
    [/^\.\.$/, "may not be '..'"],
    [/\//, "may not contain '/'"],
    [/%/, "may not contain '%'"],
  ],
};

const rules: Readonly<Record<string, NameRule>> = {
  '/namespaces': labelRule,
  // Since 1.36 the name of a Service may begin with a digit.
  '/services': labelRule,
  'rbac.authorization.k8s.io/roles': segmentRule,
  'rbac.authorization.k8s.io/clusterroles': segmentRule,
  'rbac.authorization.k8s.io/rolebindings': segmentRule,
  'rbac.authorization.k8s.io/clusterrolebindings': segmentRule,
  // Their Pods are named by them, and names of Pods are host names.
  'apps/statefulsets': labelRule,
  // Asked for by version and group, see api-service.ts.
  'apiregistration.k8s.io/apiservices': segmentRule,
  'certificates.k8s.io/clustertrustbundles': segmentRule,
  // Nothing else is asked of them.
  'policy/poddisruptionbudgets': segmentRule,
  'networking.k8s.io/ipaddresses': {
    ...segmentRule,
    pattern: /^[0-9a-f.:]+$/,
    message: 'must be a valid IP address',
    nearly: [],
  },
};

/** Why a text is no lowercase RFC 1123 label; undefined when it is one. */
export function dnsLabelProblem(text: string): string | undefined {
  return problemBy(labelRule, text);
}

/** Why a text is no lowercase RFC 1123 subdomain; undefined when it is one. */
export function subdomainProblem(text: string): string | undefined {
  return problemBy(subdomainRule, text);
}

/** Why a text is no DNS-1035 label, as names of types and versions are; undefined when it is one. */
export function typeLabelProblem(text: string): string | undefined {
  return problemBy(rfc1035Rule, text);
}

function problemBy(rule: NameRule, text: string): string | undefined {
  return problemsBy(rule, text)[0];
}

function problemsBy({ pattern, longest, message, nearly = [] }: NameRule, text: string): string[] {
  if (text.length > longest) return [`must be no more than ${longest} characters`];
  if (pattern.test(text)) return [];
  const near = nearly.filter(([what]) => what.test(text)).map(([, why]) => why);
  return near.length > 0 ? near : [message];
}

/** What is wrong with the name of an object of a resource; nothing when it is right. */
export function nameProblems(storage: string, name: string): Cause[] {
  const rule = rules[storage] ?? subdomainRule;
  const problem = (message: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(name)}: ${message}`,
    field: 'metadata.name',
  });
  return problemsBy(rule, name).map(problem);
}

/** Vowels and look-alikes are left out, so that no suffix spells a word or is misread. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters, as generated names end in. */
export function randomSuffix(length = 5): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += alphabet[randomInt(alphabet.length)];
  return suffix;
}

/** A name for metadata.generateName; a long prefix is cut so that the whole stays a label. */
export function generateName(prefix: string): string {
  return prefix.slice(0, 63 - 5) + randomSuffix();
}
