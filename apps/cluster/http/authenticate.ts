import type { TLSSocket } from 'node:tls';
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
 * The user of a request by its connection's client certificate (common name and organisations); anonymous without one.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates
 */
export function userOfConnection(request: Incoming): User {
  const socket = ('stream' in request && request.stream?.session?.socket) || request.socket;
  let user = bySocket.get(socket);
  if (!user) bySocket.set(socket, (user = byCertificate(socket as TLSSocket)));
  return user;
}

function byCertificate(socket: TLSSocket): User {
  if (!socket.authorized) return anonymous;
  const { subject } = socket.getPeerCertificate();
  if (!subject?.CN) return anonymous;
  const organisations = subject.O === undefined ? [] : ([] as string[]).concat(subject.O);
  return { name: String(subject.CN), groups: [...organisations, 'system:authenticated'] };
}

/** The values of a header, each by itself: Node joins repeated ones with commas everywhere but in rawHeaders. */
export function headerValues(request: Incoming, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i]!.toLowerCase() === name) values.push(request.rawHeaders[i + 1]!);
  }
  return values;
}
