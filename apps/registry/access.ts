import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Credentials, credentialsOf, isToken } from '@millrace/loopback';
import { Problem } from './problem.ts';

/** What somebody wants of a repository; of none where it is asked whether there is a registry, or which repositories. */
export interface Access {
  readonly repository: string | undefined;
  readonly action: 'pull' | 'push';
  /** Undefined when the request carries none. */
  readonly credentials: Credentials | undefined;
}

/** Decides who comes in. */
export interface Doorkeeper {
  /** Throws Problem, with what the client has to do. */
  admit(request: IncomingMessage, repository: string | undefined, action: Access['action']): Promise<void>;
  /** Throws Problem for a client that has shown nothing: from the answer it learns how to log in. */
  greet(request: IncomingMessage): Promise<void>;
  /** Answer as the token service of the registry (distribution, docs/spec/auth/token.md). */
  giveToken(request: IncomingMessage, response: ServerResponse): void;
}

/** What the token service gives to those who only read. */
const readerToken = 'anonymous';

/** In seconds. */
const tokenLifetime = 3600;

/**
 * Everybody on this machine may pull, and who has the token may push: as the password of any user, or as the bearer
 * token that clients get for it. Those that find no token service would ask for a login before they pull, as docker does.
 */
export function tokenDoor(token: string): Doorkeeper {
  const bearerOf = ({ headers }: IncomingMessage) =>
    /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const pusher = (request: IncomingMessage): boolean => {
    const password = credentialsOf(request.headers.authorization)?.password ?? bearerOf(request);
    return password !== undefined && isToken(token, password);
  };
  const isUnknown = (request: IncomingMessage): boolean =>
    request.headers.authorization !== undefined && !pusher(request) && bearerOf(request) !== readerToken;
  const refused = (request: IncomingMessage) => {
    const scheme = 'encrypted' in request.socket ? 'https' : 'http';
    const realm = `Bearer realm="${scheme}://${request.headers.host}/token",service="millrace"`;
    return new Problem(401, 'UNAUTHORIZED', 'a login is needed: the password is the token of this registry', {
      'www-authenticate': realm,
    });
  };
  return {
    async admit(request, _, action) {
      if (isUnknown(request) || (action === 'push' && !pusher(request))) throw refused(request);
    },
    async greet(request) {
      if (request.headers.authorization === undefined || isUnknown(request)) throw refused(request);
    },
    giveToken(request, response) {
      if (request.headers.authorization !== undefined && !pusher(request)) throw refused(request);
      const given = pusher(request) ? token : readerToken;
      const answer = { token: given, access_token: given, expires_in: tokenLifetime };
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(answer));
    },
  };
}

/** Somebody else decides; logins are asked for by HTTP basic authentication. */
export function otherDoor(authenticate: (access: Access) => boolean | Promise<boolean>): Doorkeeper {
  const admit: Doorkeeper['admit'] = async (request, repository, action) => {
    const credentials = credentialsOf(request.headers.authorization);
    if (await authenticate({ repository, action, credentials })) return;
    throw new Problem(401, 'UNAUTHORIZED', 'a login is needed', {
      'www-authenticate': 'Basic realm="millrace"',
    });
  };
  return {
    admit,
    greet: request => admit(request, undefined, 'pull'),
    giveToken() {
      throw new Problem(404, 'UNSUPPORTED', 'there is no token service here');
    },
  };
}
