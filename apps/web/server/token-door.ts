import { foreignRequest, isToken } from '@millrace/loopback';
import { cookieOf, type Door, refuse } from './door.ts';
import type { Viewer } from './viewer.ts';

/**
 * A page on this machine, for whoever has the token of its URL. That is exchanged for a cookie, so that it stays in no
 * history; cookies do not know ports, so its name does.
 */
export function tokenDoor(token: string, port: () => number, viewer: Viewer): Door {
  const cookieName = () => `millrace-${port()}`;
  return {
    canSignOut: false,
    showsAssets: false,
    async admit(request, response, url) {
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
          // Two slashes would lead to another server.
          location: `${url.pathname.replace(/^\/+/, '/')}${url.search}`,
        });
        response.end();
        return undefined;
      }
      if (!isToken(token, cookieOf(request, cookieName()) ?? '')) return refuse(response, 401, wrong);
      return { viewer, writeToken: '1' };
    },
  };
}

const wrong = 'this page asks for the token of its URL: open the address that was printed when it started';
