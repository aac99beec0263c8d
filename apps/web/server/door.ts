import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from './viewer.ts';

/** Who has been let in, and how. */
export interface Visit {
  viewer: Viewer;
  /** What their page sends in the header X-Millrace with whatever changes something. */
  writeToken: string;
  /** When it ends, in milliseconds since 1970; undefined: never. */
  until?: number;
}

/** Who may see the page. */
export interface Door {
  /** Whether visitors can end their visit, by a POST to /logout. */
  readonly canSignOut: boolean;
  /** Whether the files of the page are for everybody: what is before the door is made of them too. */
  readonly showsAssets: boolean;
  /** Who it is, when the request may go on; else it has been answered. */
  admit(request: IncomingMessage, response: ServerResponse, url: URL): Promise<Visit | undefined>;
}

/** Answer with words in the place of what was asked for. */
export function refuse(response: ServerResponse, status: number, why: string): undefined {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
  return undefined;
}

/** The value of a cookie that a request carries. */
export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pair = (headers.cookie ?? '').split(';').find(one => one.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}
