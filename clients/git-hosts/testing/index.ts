import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { bitbucketApi } from './bitbucket-api.ts';
import { giteaApi } from './gitea-api.ts';
import { gitHubApi } from './github-api.ts';
import { gitLabApi } from './gitlab-api.ts';
import { type Asked, type HostState, newState, type Reply } from './state.ts';

export type { HostState } from './state.ts';

const apis = {
  github: { root: '/api/v3/', answer: gitHubApi },
  gitlab: { root: '/api/v4/', answer: gitLabApi },
  gitea: { root: '/api/v1/', answer: giteaApi },
  'bitbucket-server': { root: '/rest/', answer: bitbucketApi },
};

export type HostKind = keyof typeof apis;

/** PEM, of the server with TLS and of the authority that vouches for it: itself. */
export const certificateFile = fileURLToPath(new URL('certificate.pem', import.meta.url));

/** A host that keeps state and speaks real HTTP. It believes one token. */
export interface TestHost {
  url: string;
  /** For `--hostname`. */
  hostname: string;
  token: string;
  state: HostState;
  /** What was asked for: `GET /repos/ann/fleet`. */
  requests: string[];
  /** Answers that come before those of the API. */
  next: Reply[];
  stop(): Promise<void>;
}

export interface TestHostOptions {
  tls?: boolean;
  port?: number;
  /** Where repositories really are: makes them, and is asked for them. */
  git?: {
    url: string;
    createRepository(name: string): Promise<unknown>;
    pathOf(name: string): string | undefined;
  };
}

export async function startTestHost(kind: HostKind, options: TestHostOptions = {}): Promise<TestHost> {
  const { root, answer } = apis[kind];
  const host = {
    url: '',
    hostname: '',
    token: `token-of-${kind}`,
    state: newState(),
    requests: [],
    next: [],
  };
  const told: TestHost = { ...host, stop: async () => {} };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', told.url);
    if (!url.pathname.startsWith(root)) return handOn(request, response, options);
    const asked = await readRequest(request, url, root, told);
    const known = new Set(Object.keys(told.state.repositories));
    told.requests.push(`${asked.method} /${asked.path.join('/')}`);
    const reply =
      told.next.shift() ??
      (isLetIn(request, told.token) ? answer(asked, told.url + root.slice(0, -1)) : refusal);
    const { project, slug, start, name } = branchOf(asked);
    const path = options.git?.pathOf(inGit(`${project}/${slug}`));
    if (name && path) execFileSync('git', ['-C', path, 'update-ref', name, start]);
    for (const name of Object.keys(told.state.repositories))
      if (!known.has(name)) await options.git?.createRepository(inGit(name));
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
  };
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void serve(request, response).catch(error => response.writeHead(500).end(String(error)));
  const pem = readFileSync(certificateFile);
  const server = options.tls ? createTlsServer({ key: pem, cert: pem }, listener) : createServer(listener);
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  told.url = options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  told.hostname = options.tls ? `localhost:${port}` : told.url;
  told.stop = () => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(() => resolve()));
  };
  return told;
}

const refusal: Reply = { status: 401, body: { message: 'Bad credentials' } };

function isLetIn({ headers }: IncomingMessage, token: string): boolean {
  const shown = headers['private-token'] ?? headers.authorization?.split(' ')[1];
  return shown === token;
}

async function readRequest(
  request: IncomingMessage,
  url: URL,
  root: string,
  { state }: TestHost,
): Promise<Asked> {
  let text = '';
  for await (const part of request) text += part;
  return {
    method: request.method ?? 'GET',
    path: url.pathname.slice(root.length).split('/').map(decodeURIComponent),
    query: url.searchParams,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    accept: request.headers.accept ?? '',
    state,
  };
}

/** A branch that is to be made, as Bitbucket Server is asked to. */
function branchOf({ method, path: [api, , , project, , slug, part], body }: Asked) {
  const isBranch = api === 'api' && method === 'POST' && part === 'branches';
  return { project, slug, start: String(body.startPoint), name: isBranch ? String(body.name) : undefined };
}

/** Names of repositories that a Git server takes. */
const inGit = (name: string) => name.replace(/^~/, 'of_');

function handOn(request: IncomingMessage, response: ServerResponse, { git }: TestHostOptions): void {
  if (!git) return void response.writeHead(404).end();
  const path = (request.url ?? '/').replace(/^\/scm\//, '/').replace(/^\/~/, '/of_');
  const { host } = new URL(git.url);
  const asked = forward(
    new URL(path, git.url),
    { method: request.method, headers: { ...request.headers, host } },
    answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  asked.on('error', error => response.writeHead(502).end(error.message));
  request.pipe(asked);
}
