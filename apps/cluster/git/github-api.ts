import type { IncomingMessage, ServerResponse } from 'node:http';
import { isToken } from '@millrace/loopback';
import { BadRepositoryName, type GitRepositories } from './repositories.ts';

/** What stands behind the API. */
export interface GitHubHouse {
  readonly repositories: GitRepositories;
  /** That of the Git server, as `GITHUB_TOKEN`. */
  readonly token: string;
  /** The only user there is. */
  readonly login: string;
}

/** Where GitHub Enterprise Server has its API. */
export const apiRoot = '/api/v3/';

const largestBody = 64 * 1024;

interface Reply {
  status: number;
  body: object;
}

/**
 * What of GitHub's API `bootstrap github` needs to find or make a repository, and nothing more: the repositories of the
 * Git server, for who has its token. https://docs.github.com/en/rest/repos/repos
 */
export async function answerGitHub(
  house: GitHubHouse,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, shown = ''] = /^(?:bearer|token) (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const { status, body } = isToken(house.token, shown)
    ? await reply(house, request)
    : { status: 401, body: { message: 'Bad credentials' } };
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(JSON.stringify(body));
}

const notFound: Reply = { status: 404, body: { message: 'Not Found' } };

async function reply(house: GitHubHouse, request: IncomingMessage): Promise<Reply> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const path = pathname.slice(apiRoot.length);
  const [area, owner = '', name = '', ...more] = path.split('/');
  if (more.length > 0) return notFound;
  switch (`${request.method} ${area}`) {
    case 'GET user':
      return owner === '' ? { status: 200, body: { login: house.login } } : notFound;
    case 'GET repos':
      return house.repositories.find(`${owner}/${name}`)
        ? { status: 200, body: shown(owner, name) }
        : notFound;
    case 'POST user':
      return owner === 'repos' ? create(house, house.login, request) : notFound;
    case 'POST orgs':
      return name === 'repos' ? create(house, owner, request) : notFound;
    default:
      return notFound;
  }
}

async function create(
  { repositories }: GitHubHouse,
  owner: string,
  request: IncomingMessage,
): Promise<Reply> {
  const asked = await bodyOf(request);
  const { name, default_branch: branch = 'main' } = asked ?? {};
  if (typeof name !== 'string' || typeof branch !== 'string')
    return { status: 400, body: { message: 'Problems parsing JSON' } };
  const refuse = (message: string) => ({ status: 422, body: { message } });
  if (name.includes('/')) return refuse('the name of a repository has no slash');
  try {
    if (repositories.find(`${owner}/${name}`)) return refuse('name already exists on this account');
    await repositories.create(`${owner}/${name}`, branch);
  } catch (error) {
    if (error instanceof BadRepositoryName) return refuse(error.message);
    throw error;
  }
  return { status: 201, body: shown(owner, name) };
}

/** Nobody but this machine's programs sees what is here. */
function shown(owner: string, name: string): object {
  return {
    name,
    full_name: `${owner}/${name}`,
    owner: { login: owner },
    private: true,
    visibility: 'private',
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += part;
    if (text.length > largestBody) return undefined;
  }
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}
