import type { Destination } from './destination.ts';
import type { Identity } from './identity.ts';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

/** A request that was not sent: without its headers, and with no more of its address than the host, for both hold keys. */
export interface Caught {
  method: string;
  host: string;
  body: string;
}

/** Keeps what would be sent, and answers as a server does that has nothing of it yet and takes it. */
export function rehearsal(caught: (request: Caught) => void): Transport {
  return {
    async send(request) {
      // What is only asked tells nobody anything.
      if (request.method !== 'GET') caught(keep(request));
      return answerTo(request);
    },
    async publish({ servers: [server], subject, body }) {
      caught({ method: `PUB ${subject}`, host: server ? `${server.host}:${server.port}` : '', body });
    },
    async transfer({ hostname, hub, body }) {
      caught({ method: `SEND ${hub}`, host: hostname, body });
    },
    async wait() {},
  };
}

/** What a Secret would hold that is not there: as good as any for a type, where nothing is sent. */
export function rehearsedCredentials(type: string): Pick<Destination, 'address' | 'token' | 'password'> {
  const host = 'rehearsal.invalid';
  const addresses: Record<string, string> = {
    sentry: `https://key@${host}/1`,
    nats: `nats://${host}`,
    bitbucketserver: `https://${host}/scm/project/repository`,
    azuredevops: `https://${host}/organization/project/_git/repository`,
  };
  // Pub/Sub has a key in the place of a token, and needs none; Bitbucket a user before it.
  const tokens: Record<string, string> = { googlepubsub: '', bitbucket: 'user:rehearsal' };
  const token = tokens[type] ?? 'rehearsal';
  return { address: addresses[type] ?? `https://${host}/owner/repository`, token, password: token };
}

/** Nobody: no cloud is asked for a token. */
export const rehearsedIdentity: Identity = {
  azureToken: async () => 'rehearsal',
  googleToken: async () => 'rehearsal',
  gitHubToken: async () => 'rehearsal',
  gitHubSlug: async () => 'rehearsal',
};

function keep({ method, url, body = '' }: HttpRequest): Caught {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('base64');
  return { method, host: url.host, body: text };
}

function answerTo({ method, url: { pathname } }: HttpRequest): HttpAnswer {
  if (method !== 'GET') return answer(200, { ok: true });
  if (/\/user$/.test(pathname)) return answer(200, { id: 1, login: 'rehearsal', username: 'rehearsal' });
  if (/\/version$/.test(pathname)) return answer(200, { version: '1.24.0' });
  // Bitbucket asks for one status, Azure DevOps has its lists in objects, the others have lists.
  if (/\/(build|builds)(\/|$)/.test(pathname)) return answer(404, {});
  if (pathname.includes('/_apis/')) return answer(200, { count: 0, value: [] });
  return answer(200, []);
}

function answer(status: number, body: unknown): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
