import { dnsLabelProblem, subdomainProblem } from '../api/names.ts';
import { type ApiError, badRequest } from '../api/status.ts';
import type { User } from '../http/authenticate.ts';
import type { Asker } from '../http/exchange.ts';
import { type Access, masters } from './access.ts';
import type { Action, ResourceAction } from './action.ts';

/** Whom a request's Impersonate headers name. */
interface Wanted {
  readonly name: string;
  /** Where the name is one of a service account: that account. */
  readonly account: { readonly namespace: string; readonly name: string } | undefined;
  readonly groups: readonly string[];
  readonly uid: string | undefined;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * The user as whom a request wants to be carried out: its own, or the one of its Impersonate headers. Throws 400 for
 * headers without a user and 403 where the user may not impersonate one of the things named: neither for this action
 * (the verbs `impersonate:…` and `impersonate-on:…`) nor for all (`impersonate`).
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
export function impersonate(access: Access, request: Asker, user: User, action: Action): User {
  const wanted = wantedUser(request);
  if (!wanted) return user;
  const refused = refusalForAction(access, user, wanted, action);
  if (refused !== 'allowed') {
    const unlimited = refusalOf(access, user, legacyActions(wanted));
    if (unlimited) throw refused ?? unlimited;
  }
  const { name, uid, extra } = wanted;
  return {
    name,
    ...(uid !== undefined && { uid }),
    groups: groupsOf(wanted),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** A header that names somebody names nobody by blanks: taking it for missing would leave its sender all its rights. */
function wantedUser(request: Asker): Wanted | undefined {
  const [name, ...names] = named(request, 'impersonate-user');
  const groups = named(request, 'impersonate-group');
  const [uid, ...uids] = named(request, 'impersonate-uid');
  const extra = extras(request);
  if (names.length > 0 || uids.length > 0)
    throw badRequest('requested impersonation of several users or uids at once');
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return undefined;
    throw badRequest('requested impersonation of groups, uid or extra without impersonating a user');
  }
  return { name, account: accountOf(name), groups, uid, extra };
}

function named(request: Asker, header: string): string[] {
  const values = request.values(header);
  if (values.some(value => value.trim() === ''))
    throw badRequest(`the header ${header} names nobody: it is blank`);
  return values;
}

const accountPrefix = 'system:serviceaccount:';

/** The service account of a user name that is one of a service account. Throws 400 where no account can have it. */
function accountOf(user: string): Wanted['account'] {
  if (!user.startsWith(accountPrefix)) return undefined;
  const [namespace = '', name = '', ...more] = user.slice(accountPrefix.length).split(':');
  if (more.length > 0 || dnsLabelProblem(namespace) || subdomainProblem(name))
    throw badRequest(`${JSON.stringify(user)} is no name of a service account`);
  return { namespace, name };
}

/** Service accounts and nodes are impersonated whole or not at all by those who may do so for single actions. */
function refusalForAction(
  access: Access,
  user: User,
  wanted: Wanted,
  action: Action,
): ApiError | 'allowed' | undefined {
  const node = wanted.name.startsWith('system:node:') ? wanted.name.slice('system:node:'.length) : undefined;
  const bare =
    wanted.groups.length === 0 && wanted.uid === undefined && Object.keys(wanted.extra).length === 0;
  const special = wanted.account !== undefined || node !== undefined;
  if (special && !bare) return undefined;
  const mode = wanted.account ? 'serviceaccount' : node !== undefined ? 'arbitrary-node' : 'user-info';
  const verb = `impersonate:${mode}`;
  const on: Action = { ...action, verb: `impersonate-on:${mode}:${action.verb}` };
  const named = special ? [objectAction(verb, wanted, node)] : userInfoActions(verb, wanted);
  return refusalOf(access, user, [on, ...named]) ?? refusalOfMasters(access, user, wanted, verb) ?? 'allowed';
}

function refusalOfMasters(
  access: Access,
  user: User,
  { groups }: Wanted,
  verb: string,
): ApiError | undefined {
  if (!groups.includes(masters) || user.groups.includes(masters)) return undefined;
  return access.refusal(
    user,
    authentication(verb, 'groups', masters),
    'impersonating the system:masters group is not allowed',
  );
}

function objectAction(verb: string, { account }: Wanted, node: string | undefined): ResourceAction {
  if (account)
    return { ...authentication(verb, 'serviceaccounts', account.name), namespace: account.namespace };
  return authentication(verb, 'nodes', node!);
}

function userInfoActions(verb: string, { name, groups, uid, extra }: Wanted): ResourceAction[] {
  return [
    authentication(verb, 'users', name),
    ...groups.map(group => authentication(verb, 'groups', group)),
    ...identityActions(verb, uid, extra),
  ];
}

/** What the verb `impersonate` is asked about: users and groups are of the core group there. */
function legacyActions({ name, account, groups, uid, extra }: Wanted): ResourceAction[] {
  const core = (resource: string, of: string, namespace = ''): ResourceAction => ({
    ...authentication('impersonate', resource, of),
    group: '',
    namespace,
  });
  return [
    account ? core('serviceaccounts', account.name, account.namespace) : core('users', name),
    ...groups.map(group => core('groups', group)),
    ...identityActions('impersonate', uid, extra),
  ];
}

function identityActions(verb: string, uid: string | undefined, extra: Wanted['extra']): ResourceAction[] {
  const extras = Object.entries(extra).flatMap(([key, values]) =>
    values.map(value => ({ ...authentication(verb, 'userextras', value), subresource: key })),
  );
  return uid === undefined ? extras : [authentication(verb, 'uids', uid), ...extras];
}

function authentication(verb: string, resource: string, name: string): ResourceAction {
  return {
    verb,
    group: 'authentication.k8s.io',
    version: 'v1',
    resource,
    subresource: '',
    namespace: '',
    name,
  };
}

/** Why the first of the actions that is not allowed is not; undefined when all are. */
function refusalOf(access: Access, user: User, actions: readonly Action[]): ApiError | undefined {
  for (const action of actions) {
    const { allowed, reason } = access.decide(user, action);
    if (!allowed) return access.refusal(user, action, reason);
  }
  return undefined;
}

/** A service account's own groups count where the headers name none. */
function groupsOf({ name, account, groups: given }: Wanted): string[] {
  const groups =
    account && given.length === 0
      ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`]
      : [...given];
  const standing = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  const settled = groups.includes('system:unauthenticated') || groups.includes(standing);
  return settled ? groups : [...groups, standing];
}

const extraPrefix = 'impersonate-extra-';

function extras(request: Asker): Record<string, string[]> {
  const found = Object.keys(request.headers)
    .filter(key => key.startsWith(extraPrefix))
    .map(key => [unescaped(key.slice(extraPrefix.length)), request.values(key)] as const);
  if (found.some(([key]) => key.trim() === ''))
    throw badRequest(`the header ${extraPrefix} names nothing: a key is missing`);
  return Object.fromEntries(found);
}

/** What is not escaped as it should be stands for itself, as in Kubernetes. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
