import type { TLSSocket } from 'node:tls';
import { badRequest } from '../api/status.ts';
import type { Incoming } from './exchange.ts';

/** Who asks. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** A connection's certificate does not change, and decoding it is not cheap. */
const bySocket = new WeakMap<object, User>();

/**
 * The user of a request: by client certificate (common name and organisations), then by impersonation headers.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 */
export function authenticate(request: Incoming): User {
  const socket = ('stream' in request && request.stream?.session?.socket) || request.socket;
  let user = bySocket.get(socket);
  if (!user) bySocket.set(socket, (user = byCertificate(socket as TLSSocket)));
  return impersonated(request, user);
}

function byCertificate(socket: TLSSocket): User {
  if (!socket.authorized) return anonymous;
  const { subject } = socket.getPeerCertificate();
  if (!subject?.CN) return anonymous;
  const organisations = subject.O === undefined ? [] : ([] as string[]).concat(subject.O);
  return { name: String(subject.CN), groups: [...organisations, 'system:authenticated'] };
}

function impersonated(request: Incoming, user: User): User {
  const name = request.headers['impersonate-user'];
  const groups = header(request, 'impersonate-group');
  const uid = header(request, 'impersonate-uid')[0];
  const extra = extras(request);
  if (name === undefined) {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return user;
    throw badRequest('requested impersonation of groups, uid or extra without impersonating a user');
  }
  if (user === anonymous) return user;
  return {
    name: String(name),
    ...(uid && { uid }),
    groups: [...groups, ...groupsOf(String(name)), 'system:authenticated'].filter(
      (g, i, all) => all.indexOf(g) === i,
    ),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** Service accounts belong to groups of their own whether or not the headers say so. */
function groupsOf(name: string): string[] {
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
  return account ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [];
}

function extras(request: Incoming): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const key in request.headers) {
    if (!key.startsWith('impersonate-extra-')) continue;
    found[decodeURIComponent(key.slice('impersonate-extra-'.length))] = header(request, key);
  }
  return found;
}

/** Repeated headers stay apart in rawHeaders; Node joins them with commas elsewhere. */
function header(request: Incoming, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i]!.toLowerCase() === name) values.push(request.rawHeaders[i + 1]!);
  }
  return values;
}
