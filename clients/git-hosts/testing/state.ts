import type { Permission, Visibility } from '../host.ts';

/** What a host keeps. Repositories are named `owner/name`. */
export interface HostState {
  /** Who the token is of. */
  user: string;
  organizations: string[];
  teams: string[];
  repositories: Record<string, HostedState>;
}

export interface HostedState {
  visibility: Visibility;
  defaultBranch: string;
  teams: Record<string, Permission>;
  keys: { id: number; title: string; key: string; readOnly: boolean }[];
  tokens: { id: number; name: string; username: string; token: string }[];
}

export function newState(): HostState {
  return { user: 'ann', organizations: ['acme'], teams: ['ops', 'dev'], repositories: {} };
}

export function newRepository(visibility: Visibility, defaultBranch: string): HostedState {
  return { visibility, defaultBranch, teams: {}, keys: [], tokens: [] };
}

let lastId = 0;
export const nextId = () => ++lastId;

/** How a host answers a request. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Asked {
  method: string;
  /** Each part decoded. */
  path: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  accept: string;
  state: HostState;
}

export const notFound: Reply = { status: 404, body: { message: 'Not Found' } };

/** A page of a list, which links to the next as GitHub does. */
export function page(asked: Asked, items: unknown[], size: number, url: string): Reply {
  const at = Number(asked.query.get('page') ?? 1);
  const body = items.slice((at - 1) * size, at * size);
  const link = `<${url}?page=${at + 1}>; rel="next", <${url}?page=1>; rel="first"`;
  return { status: 200, body, headers: at * size < items.length ? { link } : {} };
}
