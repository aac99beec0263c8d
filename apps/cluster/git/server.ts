import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Credentials, credentialsOf } from './credentials.ts';
import { changesBetween, type RefChange, readRefs } from './refs.ts';
import { GitRepositories } from './repositories.ts';
import { runService, type Service } from './service.ts';

export interface GitServerOptions {
  /** The folder of the bare repositories. */
  readonly root: string;
  /** 0 or none: any free port. */
  readonly port?: number;
  /** Told of every push that moved a ref, once git has taken it and before the pusher hears of it. */
  readonly onPush?: (repository: string, refs: RefChange[]) => void;
  /** Decides who may read and who may push; everybody on this machine when missing. */
  readonly authenticate?: (request: GitRequest) => boolean | Promise<boolean>;
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
   * Make an empty bare repository, or leave the one there is; answers with its URL.
   * Throws BadRepositoryName, and GitFailed when git does.
   */
  createRepository(name: string, options?: { readonly defaultBranch?: string }): Promise<string>;
  /** Serve the repository of any folder, bare or a checkout, under a name; answers with its URL. Throws BadRepositoryName. */
  mount(name: string, path: string): string;
  /** The folder behind a name; undefined when there is none. */
  pathOf(name: string): string | undefined;
  stop(): Promise<void>;
}

/**
 * Serve Git repositories over smart HTTP on loopback, by way of the git program.
 * https://git-scm.com/docs/http-protocol and https://git-scm.com/docs/protocol-v2
 */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const repositories = new GitRepositories(options.root);
  const ending = new AbortController();
  const server = createServer((request, response) => {
    serve(options, repositories, request, response, ending.signal).catch(() => response.destroy());
  });
  // A large clone takes as long as it takes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urlOf = (name: string) => `${url}/${name.replace(/\.git$/, '')}.git`;
  return {
    url,
    async createRepository(name, { defaultBranch = 'main' } = {}) {
      await repositories.create(name, defaultBranch);
      return urlOf(name);
    },
    mount(name, path) {
      repositories.mount(name, path);
      return urlOf(name);
    },
    pathOf: name => repositories.find(name),
    stop() {
      ending.abort();
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

const route = /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

async function serve(
  options: GitServerOptions,
  repositories: GitRepositories,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, name, what] = route.exec(decoded(url.pathname)) ?? [];
  const path = name && repositories.find(name);
  if (!name || !path) return refuse(response, 404, 'repository not found');
  const advertises = what === 'info/refs';
  const wanted = advertises ? url.searchParams.get('service') : what;
  const service =
    wanted === 'git-upload-pack' ? 'upload-pack' : wanted === 'git-receive-pack' ? 'receive-pack' : undefined;
  if (!service) return refuse(response, 403, 'only smart HTTP is served: use git 1.6.6 or later');
  if (request.method !== (advertises ? 'GET' : 'POST')) return refuse(response, 405, 'method not allowed');
  const credentials = credentialsOf(request.headers.authorization);
  if (options.authenticate && !(await options.authenticate({ repository: name, service, credentials }))) {
    return refuse(response, 401, 'authentication required', { 'www-authenticate': 'Basic realm="millrace"' });
  }
  const job: Job = { name, path, service, protocol: request.headers['git-protocol'], signal };
  if (advertises) return advertise(job, response);
  await exchange(job, request, response, options.onPush);
}

interface Job {
  readonly name: string;
  readonly path: string;
  readonly service: Service;
  readonly protocol: string | string[] | undefined;
  readonly signal: AbortSignal;
}

async function advertise(job: Job, response: ServerResponse): Promise<void> {
  begin(response, `application/x-git-${job.service}-advertisement`);
  const line = `# service=git-${job.service}\n`;
  response.write(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`);
  const git = runService(job, true);
  git.stdin.end();
  await pipeline(git.stdout, response);
}

async function exchange(
  job: Job,
  request: IncomingMessage,
  response: ServerResponse,
  onPush: GitServerOptions['onPush'],
): Promise<void> {
  const pushes = job.service === 'receive-pack' && onPush !== undefined;
  const before = pushes ? await readRefs(job.path) : undefined;
  const git = runService(job, false);
  begin(response, `application/x-git-${job.service}-result`);
  const zipped = /\bgzip\b/.test(String(request.headers['content-encoding'] ?? ''));
  const feeding = zipped ? pipeline(request, createGunzip(), git.stdin) : pipeline(request, git.stdin);
  // git may have heard enough and close before the client has said all.
  feeding.catch(() => {});
  await pipeline(git.stdout, response, { end: false });
  await git.ended;
  if (before && onPush) {
    const changes = changesBetween(before, await readRefs(job.path));
    if (changes.length > 0) onPush(job.name, changes);
  }
  response.end();
}

function begin(response: ServerResponse, contentType: string): void {
  response.writeHead(200, {
    'content-type': contentType,
    'cache-control': 'no-cache, max-age=0, must-revalidate',
  });
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
