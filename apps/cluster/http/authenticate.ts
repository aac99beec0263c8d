import type { Certificate, TLSSocket } from 'node:tls';
import type { Incoming } from './message.ts';

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
  return socket.authorized ? userOfSubject(socket.getPeerCertificate().subject) : anonymous;
}

/** Whom a certificate names. */
export function userOfSubject(subject: Certificate | undefined): User {
  if (!subject?.CN) return anonymous;
  const organisations = subject.O === undefined ? [] : ([] as string[]).concat(subject.O);
  return { name: String(subject.CN), groups: [...organisations, 'system:authenticated'] };
}
