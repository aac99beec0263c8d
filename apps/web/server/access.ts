import type { IncomingMessage, ServerResponse } from 'node:http';
import { foreignRequest, isToken } from '@millrace/loopback';

/** Who may see the page: whoever has the token of its URL. */
export interface Door {
  /** True when the request may go on; else it has been answered. */
  admit(request: IncomingMessage, response: ServerResponse, url: URL): boolean;
}

/**
 * A page on this machine. The token of the URL is exchanged for a cookie, so that it stays in no history; cookies do not
 * know ports, so its name does.
 */
export function tokenDoor(token: string, port: () => number): Door {
  const cookieName = () => `millrace-${port()}`;
  return {
    admit(request, response, url) {
      const foreign = foreignRequest(request.headers);
      if (foreign !== undefined) return refuse(response, 403, foreign);
      // A form of another page cannot set a header of this name without being asked for leave.
      if (request.method !== 'GET' && request.headers['x-millrace'] === undefined)
        return refuse(response, 403, 'requests that change something need the header X-Millrace');
      const given = url.searchParams.get('token');
      if (given !== null) {
        if (!isToken(token, given)) return refuse(response, 401, wrong);
        url.searchParams.delete('token');
        response.writeHead(303, {
          'set-cookie': `${cookieName()}=${token}; HttpOnly; SameSite=Strict; Path=/`,
          location: `${url.pathname}${url.search}`,
        });
        response.end();
        return false;
      }
      return isToken(token, cookie(request, cookieName()) ?? '') || refuse(response, 401, wrong);
    },
  };
}

const wrong = 'this page asks for the token of its URL: open the address that was printed when it started';

function refuse(response: ServerResponse, status: number, why: string): false {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
  return false;
}

function cookie({ headers }: IncomingMessage, name: string): string | undefined {
  const pair = (headers.cookie ?? '').split(';').find(one => one.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}
