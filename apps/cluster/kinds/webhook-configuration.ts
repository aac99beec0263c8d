import { isObject, type Json, type JsonObject } from '@millrace/json';
import { duplicate, type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { conditionProblems } from '../admission/match-conditions.ts';
import { subdomainProblem, typeLabelProblem } from '../api/names.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { calledPortProblems } from './validation/numbers.ts';
import { labelSelectorProblems } from './validation/selectors.ts';

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#webhook-configuration */
export const webhookRules: KindRules = {
  problems(configuration) {
    const names = new Set<string>();
    return objectsAt(configuration, 'webhooks').flatMap((webhook, i) => {
      const name = textAt(webhook, 'name');
      const at = `webhooks[${i}]`;
      const again = names.has(name) ? [duplicate(`${at}.name`, name)] : [];
      names.add(name);
      return [...webhookProblems(webhook, at), ...again];
    });
  },
};

const sideEffects = ['None', 'NoneOnDryRun'];
const reviewVersions = ['v1', 'v1beta1'];

function webhookProblems(webhook: JsonObject, at: string): FieldError[] {
  const oneOf = (field: string, supported: readonly string[]) =>
    webhook[field] === undefined || supported.includes(textAt(webhook, field))
      ? []
      : [notSupported(`${at}.${field}`, textAt(webhook, field), supported)];
  const effects =
    (webhook.sideEffects ?? undefined) === undefined
      ? [required(`${at}.sideEffects`, `must specify one of ${sideEffects.join(', ')}`)]
      : oneOf('sideEffects', sideEffects);
  const timeout = numberAt(webhook, 'timeoutSeconds') ?? 10;
  return [
    ...nameProblems(textAt(webhook, 'name'), `${at}.name`),
    ...objectsAt(webhook, 'rules').flatMap((rule, i) => ruleProblems(rule, `${at}.rules[${i}]`)),
    ...oneOf('failurePolicy', ['Fail', 'Ignore']),
    ...oneOf('matchPolicy', ['Equivalent', 'Exact']),
    ...effects,
    ...(timeout < 1 || timeout > 30
      ? [invalid(`${at}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...labelSelectorProblems(objectAt(webhook, 'namespaceSelector'), `${at}.namespaceSelector`),
    ...labelSelectorProblems(objectAt(webhook, 'objectSelector'), `${at}.objectSelector`),
    ...clientProblems(objectAt(webhook, 'clientConfig'), `${at}.clientConfig`),
    ...(conditionProblems(
      objectsAt(webhook, 'matchConditions'),
      `${at}.matchConditions`,
      false,
    ) as FieldError[]),
    ...oneOf('reinvocationPolicy', ['IfNeeded', 'Never']),
    ...versionProblems(listAt(webhook, 'admissionReviewVersions'), `${at}.admissionReviewVersions`),
  ];
}

/** At least three parts, such as imagepolicy.kubernetes.io. */
function nameProblems(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const why = subdomainProblem(name);
  if (why !== undefined) return [invalid(field, name, why)];
  return name.split('.').length < 3
    ? [invalid(field, name, 'should be a domain with at least three segments separated by dots')]
    : [];
}

function versionProblems(versions: readonly Json[], field: string): FieldError[] {
  const known = reviewVersions.join(', ');
  if (versions.length === 0) return [required(field, `must specify one of ${known}`)];
  const seen = new Set<string>();
  const problems = versions.flatMap((given, i) => {
    const version = String(given);
    const here = `${field}[${i}]`;
    if (seen.has(version)) return [invalid(here, version, 'duplicate version')];
    seen.add(version);
    const why = typeLabelProblem(version);
    return why === undefined ? [] : [invalid(here, version, why)];
  });
  const unknown = !versions.some(version => reviewVersions.includes(String(version)));
  if (unknown) problems.push(invalid(field, versions as Json[], `must include at least one of ${known}`));
  return problems;
}

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];

function ruleProblems(rule: JsonObject, at: string): FieldError[] {
  const alone = (field: string, what: string) => {
    const values = listAt(rule, field);
    return values.length > 1 && values.includes('*')
      ? [invalid(`${at}.${field}`, values, `if '*' is present, must not specify other ${what}`)]
      : [];
  };
  const filled = (field: string) => (listAt(rule, field).length === 0 ? [required(`${at}.${field}`)] : []);
  return [
    ...filled('operations'),
    ...alone('operations', 'operations'),
    ...listAt(rule, 'operations').flatMap((operation, i) =>
      operations.includes(String(operation))
        ? []
        : [notSupported(`${at}.operations[${i}]`, operation, operations)],
    ),
    ...filled('apiGroups'),
    ...alone('apiGroups', 'API groups'),
    ...filled('apiVersions'),
    ...alone('apiVersions', 'API versions'),
    ...listAt(rule, 'apiVersions').flatMap((version, i) =>
      version === '' ? [required(`${at}.apiVersions[${i}]`)] : [],
    ),
    ...filled('resources'),
    ...resourceProblems(listAt(rule, 'resources').map(String), `${at}.resources`),
    ...(rule.scope === undefined || scopes.includes(textAt(rule, 'scope'))
      ? []
      : [notSupported(`${at}.scope`, textAt(rule, 'scope'), scopes)]),
  ];
}

/** Resources and subresources, where one with a star may make another one idle. */
function resourceProblems(resources: readonly string[], field: string): FieldError[] {
  const problems: FieldError[] = [];
  const [ofAll, all] = [new Set<string>(), new Set<string>()];
  resources.forEach((text, i) => {
    const here = `${field}[${i}]`;
    const idle = (star: string) =>
      problems.push(invalid(here, text, `if '${star}' is present, must not specify ${text}`));
    if (text === '') problems.push(required(here));
    const [resource = '', subresource] = text.split('/');
    if (all.has('*/*')) idle('*/*');
    else if (subresource !== undefined && all.has(`${resource}/*`)) idle(`${resource}/*`);
    else if (subresource !== undefined && ofAll.has(subresource)) idle(`*/${subresource}`);
    if (subresource === '*') all.add(`${resource}/*`);
    if (resource === '*' && subresource !== undefined) ofAll.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*'))
    problems.push(invalid(field, [...resources], "if '*/*' is present, must not specify other resources"));
  if (resources.includes('*') && resources.some(text => !text.includes('/') && text !== '*'))
    problems.push(
      invalid(
        field,
        [...resources],
        "if '*' is present, must not specify other resources without subresources",
      ),
    );
  return problems;
}

function clientProblems(client: JsonObject, at: string): FieldError[] {
  const { url, service } = client;
  if ((url === undefined) === (service === undefined))
    return [required(at, 'exactly one of url or service is required')];
  return isObject(service)
    ? serviceProblems(service, `${at}.service`)
    : urlProblems(String(url), `${at}.url`);
}

const urlForm = 'desired format: https://host[/path]';

function urlProblems(url: string, field: string): FieldError[] {
  if (!URL.canParse(url)) return [required(field, `url must be a valid URL: ${url}; ${urlForm}`)];
  const { protocol, host, username, hash, search } = new URL(url);
  const bad = (why: string) => invalid(field, url, `${why}; ${urlForm}`);
  const problems: FieldError[] = [];
  if (protocol !== 'https:')
    problems.push(
      invalid(field, protocol.slice(0, -1), `'https' is the only allowed URL scheme; ${urlForm}`),
    );
  if (host === '') problems.push(bad('host must be specified'));
  if (username) problems.push(bad('user information is not permitted in the URL'));
  if (hash) problems.push(bad('fragments are not permitted in the URL'));
  if (search) problems.push(bad('query parameters are not permitted in the URL'));
  return problems;
}

function serviceProblems(service: JsonObject, at: string): FieldError[] {
  const problems: FieldError[] = [];
  // Upstream names the one where the other is missing.
  if (textAt(service, 'namespace') === '') problems.push(required(`${at}.name`));
  if (textAt(service, 'name') === '') problems.push(required(`${at}.namespace`));
  problems.push(...calledPortProblems(service.port, `${at}.port`));
  const path = textAt(service, 'path');
  return service.path === undefined || path === '' || path === '/'
    ? problems
    : [...problems, ...pathProblems(path, `${at}.path`)];
}

function pathProblems(path: string, field: string): FieldError[] {
  const problems: FieldError[] = [];
  if (!path.startsWith('/')) problems.push(invalid(field, path, "must start with a '/'"));
  path
    .slice(1, path.endsWith('/') ? -1 : undefined)
    .split('/')
    .forEach((segment, i) => {
      const why = subdomainProblem(segment);
      if (segment === '') problems.push(invalid(field, path, `segment[${i}] may not be empty`));
      else if (why !== undefined) problems.push(invalid(field, path, `segment[${i}]: ${why}`));
    });
  return problems;
}
