import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Agent } from 'undici';
import { afterEach } from 'vitest';
import { type Http, type HttpOptions, http } from '../http.ts';

/** What a server of a provider was asked. */
export interface Asked {
  method: string;
  /** `host/path`, without the query. */
  place: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: string;
  form: URLSearchParams;
}

/** An object is answered as JSON, a text as it is, a number as an empty answer with that status. */
export type Answer =
  | object
  | string
  | number
  | { status: number; headers?: Record<string, string>; body?: object | string };

export interface StandIn {
  http: Http;
  port: number;
  asked: Asked[];
  /** Answer requests for `METHOD host/path`; a later answer replaces the one before. */
  on(route: string, answer: Answer | Answering): void;
  routes(): string[];
}

/** All servers of all providers, over real HTTP on one port: the names of hosts stay as they are in production. */
export async function standIn(options: HttpOptions = {}): Promise<StandIn> {
  const answers = new Map<string, Answering>();
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const url = new URL(request.url!, `http://${request.headers.host}`);
    const question: Asked = {
      method: request.method!,
      place: `${url.host}${decodeURIComponent(url.pathname)}`,
      query: url.searchParams,
      headers: request.headers as Record<string, string>,
      body,
      form: new URLSearchParams(body),
    };
    asked.push(question);
    const answer = (await answers.get(`${question.method} ${question.place}`)?.(question)) ?? 404;
    const { status, headers, body: text } = shape(answer);
    response.writeHead(status, headers).end(text);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dispatcher = new Agent({
    connect(_, done) {
      const socket = connect(port, '127.0.0.1', () => done(null, socket));
      socket.once('error', error => done(error, null));
    },
  });
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await dispatcher.destroy();
  });
  return {
    http: http({ dispatcher, ...options }),
    port,
    asked,
    on: (route, answer) => void answers.set(route, isFunction(answer) ? answer : () => answer),
    routes: () => asked.map(({ method, place }) => `${method} ${place}`),
  };
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Answering = (asked: Asked) => Answer | Promise<Answer>;

const isFunction = (answer: Answer | Answering): answer is Answering => typeof answer === 'function';

function shape(answer: Answer): { status: number; headers: Record<string, string>; body: string } {
  if (typeof answer === 'number') return { status: answer, headers: {}, body: '' };
  if (typeof answer === 'string')
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: answer };
  if ('status' in answer && typeof answer.status === 'number') {
    const {
      status,
      headers = {},
      body = '',
    } = answer as { status: number; headers?: Record<string, string>; body?: object | string };
    return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
}

/** A JSON Web Token that nobody has signed. */
export function tokenSaying(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.c2lnbmF0dXJl`;
}
