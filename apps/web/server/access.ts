import type { IncomingMessage, ServerResponse } from 'node:http';
import { foreignRequest, isToken } from '@millrace/loopback';
import type { Viewer } from './viewer.ts';

/** Who may see the page: whoever has the token of its URL. */
export interface Door {
  /** Who it is, when the request may go on; else it has been answered. */
  admit(request: IncomingMessage, response: ServerResponse, url: URL): Viewer | undefined;
}

/**
 * A page on this machine. The token of the URL is exchanged for a cookie, so that it stays in no history; cookies do not
 * know ports, so its name does.
 */
export function tokenDoor(token: string, port: () => number, viewer: Viewer): Door {
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
        return undefined;
      }
      return isToken(token, cookie(request, cookieName()) ?? '') ? viewer : refuse(response, 401, wrong);
    },
  };
}

const wrong = 'this page asks for the token of its URL: open the address that was printed when it started';

function refuse(response: ServerResponse, status: number, why: string): undefined {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
  return undefined;
}

function cookie({ headers }: IncomingMessage, name: string): string | undefined {
  const pair = (headers.cookie ?? '').split(';').find(one => one.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}
