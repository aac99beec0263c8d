import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Credentials, credentialsOf, foreignRequest, isToken } from '@millrace/loopback';
import { answerService, type Job, type Workshop } from './answer-service.ts';
import { answerGitHub, apiRoot } from './github-api.ts';
import { UnfitRepository } from './mount.ts';
import { pushToken } from './push-token.ts';
import type { RefChange } from './refs.ts';
import { GitRepositories, type Repository } from './repositories.ts';
import type { Service } from './service.ts';
import { Busy, Slots } from './slots.ts';
import { Stalled, TooLarge } from './upload.ts';

export interface GitServerOptions {
  /** The folder of the bare repositories; nobody but its owner can enter it. */
  readonly root: string;
  /** 0 or none: any free port. */
  readonly port?: number;
  /** Told of every push that moved a ref, once git has taken it and before the pusher hears of it. */
  readonly onPush?: (repository: string, refs: RefChange[]) => void;
  /**
   * Decides who may read and who may push. Without it, every program on this machine may read, and push who has the
   * token that the URLs of `createRepository` carry.
   */
  readonly authenticate?: (request: GitRequest) => boolean | Promise<boolean>;
  /** Answer as GitHub does where a repository is to be found or made, for the user of this name, by the token that lets push. */
  readonly gitHubUser?: string;
}

/** What somebody wants of a repository. */
export interface GitRequest {
  readonly repository: string;
  readonly service: Service;
  /** Undefined when the request carries none. */
  readonly credentials: Credentials | undefined;
}

/** A running Git server. */
export interface GitServer {
  /** `http://127.0.0.1:<port>`; repositories are at `<url>/<name>.git` (the ending may be left out). */
  readonly url: string;
  /**
   * Make an empty bare repository, or leave the one there is; answers with its URL, which lets push unless `authenticate` decides.
   * Throws BadRepositoryName, and GitFailed when git does.
   */
  createRepository(name: string, options?: { readonly defaultBranch?: string }): Promise<string>;
  /**
   * Serve the repository of any folder, bare or a checkout, under a name, for reading; answers with its URL. Nothing that
   * it is configured to do is done. Throws BadRepositoryName and UnfitRepository.
   */
  mount(name: string, path: string): string;
  /** What lets push, with any user name. */
  readonly token: string;
  /** The URL of a repository for who only reads: it carries no secret. */
  readUrl(name: string): string;
  /** The folder behind a name; undefined when there is none. */
  pathOf(name: string): string | undefined;
  /** Cut every connection, as if the server were gone, until it is to be there again: a rehearsal of that. */
  setAway(isAway: boolean): void;
  stop(): Promise<void>;
}

/** At most so many git processes at once. */
const places = { working: 8, waiting: 500, patience: 60_000 };

/** A request, with its body, has arrived within this time. */
const longestRequest = 15 * 60_000;
const mostConnections = 1000;

/**
 * Serve Git repositories over smart HTTP on loopback, by way of the git program.
 * https://git-scm.com/docs/http-protocol and https://git-scm.com/docs/protocol-v2
 */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const repositories = new GitRepositories(options.root);
  const token = pushToken(options.root);
  const ending = new AbortController();
  const workshop: Workshop = {
    slots: new Slots(places),
    uploads: repositories.uploads,
    ending: ending.signal,
  };
  const server = createServer((request, response) => {
    const house = { options, repositories, token, workshop };
    serve(house, request, response).catch(error => fail(response, error));
  });
  let isAway = false;
  server.on('connection', socket => isAway && socket.destroy());
  server.requestTimeout = longestRequest;
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const urlOf = (name: string, who = '') =>
    `http://${who}127.0.0.1:${port}/${name.replace(/\.git$/, '')}.git`;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    async createRepository(name, { defaultBranch = 'main' } = {}) {
      await repositories.create(name, defaultBranch);
      return urlOf(name, options.authenticate ? '' : `git:${token}@`);
    },
    mount(name, path) {
      repositories.mount(name, path);
      return urlOf(name);
    },
    readUrl: name => urlOf(name),
    pathOf: name => repositories.find(name)?.path,
    setAway(away) {
      isAway = away;
      if (away) server.closeAllConnections();
    },
    stop() {
      ending.abort(new Busy('the server ends'));
      server.closeAllConnections();
      return new Promise(resolve =>
        server.close(() => {
          repositories.close();
          resolve();
        }),
      );
    },
  };
}

interface House {
  readonly options: GitServerOptions;
  readonly repositories: GitRepositories;
  readonly token: string;
  readonly workshop: Workshop;
}

const route = /^\/([^?]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

async function serve(house: House, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const foreign = foreignRequest(request.headers);
  if (foreign) return refuse(response, 403, foreign);
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { gitHubUser: login } = house.options;
  if (login !== undefined && url.pathname.startsWith(apiRoot))
    return answerGitHub({ ...house, login }, request, response);
  const [, name, what] = route.exec(decoded(url.pathname)) ?? [];
  const repository = name && house.repositories.find(name);
  if (!name || !repository) return refuse(response, 404, 'repository not found');
  const advertises = what === 'info/refs';
  const wanted = advertises ? url.searchParams.get('service') : what;
  const service =
    wanted === 'git-upload-pack' ? 'upload-pack' : wanted === 'git-receive-pack' ? 'receive-pack' : undefined;
  if (!service) return refuse(response, 403, 'only smart HTTP is served: use git 1.6.6 or later');
  if (request.method !== (advertises ? 'GET' : 'POST')) return refuse(response, 405, 'method not allowed');
  // No form of a web page can send this type without asking first.
  if (!advertises && request.headers['content-type'] !== `application/x-git-${service}-request`)
    return refuse(response, 415, `the type of the content must be application/x-git-${service}-request`);
  const credentials = credentialsOf(request.headers.authorization);
  if (!(await mayEnter(house, { repository: name, service, credentials })))
    return refuse(response, 401, 'authentication required', { 'www-authenticate': 'Basic realm="millrace"' });
  if (service === 'receive-pack' && !repository.takesPushes)
    return refuse(response, 403, 'this repository is somebody else’s, and can be read only');
  await answerService(jobOf(house, name, repository, service, request), advertises, request, response);
}

function mayEnter({ options, token }: House, request: GitRequest): boolean | Promise<boolean> {
  if (options.authenticate) return options.authenticate(request);
  return (
    request.service === 'upload-pack' ||
    (request.credentials !== undefined && isToken(token, request.credentials.password))
  );
}

function jobOf(
  { options, workshop }: House,
  name: string,
  { path }: Repository,
  service: Service,
  request: IncomingMessage,
): Job {
  const protocol = request.headers['git-protocol'];
  return { name, path, service, protocol, workshop, ...(options.onPush && { onPush: options.onPush }) };
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else if (error instanceof Busy) refuse(response, 503, error.message, { 'retry-after': '1' });
  else if (error instanceof TooLarge) refuse(response, 413, error.message);
  else if (error instanceof Stalled) refuse(response, 408, error.message);
  else if (error instanceof UnfitRepository) refuse(response, 403, error.message);
  else refuse(response, 500, 'the repository cannot be served now');
}

function refuse(
  response: ServerResponse,
  code: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', connection: 'close', ...headers });
  response.end(`${text}\n`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
