import type { JsonObject } from '@millrace/json';
import { listAt, objectsAt } from '../api/tree.ts';
import { type Action, isPathAction, resourceName } from './action.ts';

/** A rule of a role; missing lists are empty. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#api-overview */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** The rules of a Role or ClusterRole. */
export function rulesOfRole(role: JsonObject): Rule[] {
  return objectsAt(role, 'rules').map(rule => ({
    verbs: texts(rule, 'verbs'),
    apiGroups: texts(rule, 'apiGroups'),
    resources: texts(rule, 'resources'),
    resourceNames: texts(rule, 'resourceNames'),
    nonResourceURLs: texts(rule, 'nonResourceURLs'),
  }));
}

function texts(rule: JsonObject, field: string): string[] {
  return listAt(rule, field).map(String);
}

/** Whether a rule allows an action. */
export function permits(rule: Rule, action: Action): boolean {
  if (!names(rule.verbs, action.verb)) return false;
  if (isPathAction(action)) return rule.nonResourceURLs.some(pattern => matchesPath(pattern, action.path));
  return (
    names(rule.apiGroups, action.group) &&
    namesResource(rule.resources, resourceName(action)) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(action.name))
  );
}

function names(list: readonly string[], wanted: string): boolean {
  return list.includes('*') || list.includes(wanted);
}

/** A star is everything, a star before `/scale` that subresource of everything; `pods` does not include `pods/log`. */
function namesResource(list: readonly string[], wanted: string): boolean {
  if (names(list, wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash > 0 && list.includes(`*${wanted.slice(slash)}`);
}

/** A pattern's only wildcard is a `*` at its end. */
function matchesPath(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}

/** What of the wanted rules the held ones do not cover, a rule for each resource and name, or path. */
export function uncovered(held: readonly Rule[], wanted: readonly Rule[]): Rule[] {
  const missing = new Map<string, { rule: Rule; verbs: string[] }>();
  for (const part of wanted.flatMap(singleParts)) {
    if (held.some(rule => covers(rule, part))) continue;
    const { verbs, ...what } = part;
    const key = JSON.stringify(what);
    const entry = missing.get(key) ?? { rule: part, verbs: [] };
    if (!entry.verbs.includes(verbs[0]!)) entry.verbs.push(verbs[0]!);
    missing.set(key, entry);
  }
  return [...missing.values()].map(({ rule, verbs }) => ({ ...rule, verbs }));
}

/** A rule taken apart into rules of one verb, one group, one resource and at most one name, or one path. */
function singleParts(rule: Rule): Rule[] {
  const none = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const paths = rule.nonResourceURLs.flatMap(url =>
    rule.verbs.map(verb => ({ ...none, nonResourceURLs: [url], verbs: [verb] })),
  );
  const nameLists = rule.resourceNames.length > 0 ? rule.resourceNames.map(name => [name]) : [[]];
  const resources = rule.apiGroups.flatMap(group =>
    rule.resources.flatMap(resource =>
      nameLists.flatMap(resourceNames =>
        rule.verbs.map(verb => ({
          ...none,
          apiGroups: [group],
          resources: [resource],
          resourceNames,
          verbs: [verb],
        })),
      ),
    ),
  );
  return [...resources, ...paths];
}

function covers(held: Rule, part: Rule): boolean {
  if (!names(held.verbs, part.verbs[0]!)) return false;
  const [url] = part.nonResourceURLs;
  if (url !== undefined) return held.nonResourceURLs.some(pattern => matchesPath(pattern, url));
  return (
    names(held.apiGroups, part.apiGroups[0]!) &&
    namesResource(held.resources, part.resources[0]!) &&
    (held.resourceNames.length === 0 ||
      (part.resourceNames.length > 0 && held.resourceNames.includes(part.resourceNames[0]!)))
  );
}

/** A rule as errors print it: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function printRule(rule: Rule): string {
  const part = (title: string, list: readonly string[]) =>
    list.length === 0 ? [] : [`${title}:[${list.map(text => JSON.stringify(text)).join(' ')}]`];
  return `{${[
    ...part('APIGroups', rule.apiGroups),
    ...part('Resources', rule.resources),
    ...part('ResourceNames', rule.resourceNames),
    ...part('NonResourceURLs', rule.nonResourceURLs),
    ...part('Verbs', rule.verbs),
  ].join(', ')}}`;
}
