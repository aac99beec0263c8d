import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ApiError, type KubeClient } from '@millrace/kube';
import { newToken } from '@millrace/loopback';
import { ActionError } from './actions.ts';
import type { SendsOn } from './alert-matches.ts';
import type { Asked } from './asked.ts';
import { type Asset, pageAssets, sendAsset } from './assets.ts';
import { type Entrance, onThisMachine } from './entrance.ts';
import { openEventStream } from './event-stream.ts';
import { ownWatches, type WatchKind, watchFleet } from './fleet.ts';
import { fleetStreams } from './fleet-streams.ts';
import type { Journal } from './journal.ts';
import { whoIs } from './me.ts';
import type { Outage } from './outage.ts';
import { noRequest, takeRequest } from './places.ts';
import type { Previews } from './preview-of.ts';
import { previewAnswers } from './previews.ts';
import { reads, streams, writes } from './routes.ts';
import { type FindCommits, searchIn } from './search.ts';
import { takesGzip } from './takes-gzip.ts';

export interface WebOptions {
  /** In whose name everything is read and done on this machine; elsewhere it asks in the name of whoever looks. */
  client: KubeClient;
  /** The caches of the caller, where it has some; otherwise the page has its own. */
  watchKind?: WatchKind;
  /** Whose objects its own caches have; undefined: those of all. */
  namespace?: string | undefined;
  /** Looks for commits, where there are repositories to look into. */
  findCommits?: FindCommits;
  /** What tells what objects would become; without it the page does not. */
  previews?: Previews;
  /** 0 or none: any free port. */
  port?: number;
  /** What lets in; a new one where it is left out. */
  token?: string;
  /** What was sent, or caught, where that is kept: of everybody, on this machine only. */
  notifications?: Journal;
  /** What tells which Alerts have heard what, where notifications are not kept. */
  sendsOn?: SendsOn;
  /** What reconciles have changed, where that is kept. Others than its owner see of it what they may list. */
  audit?: Journal;
  /** Where failures can be rehearsed: an embedded cluster. */
  rehearsal?: Outage[];
  /** Nothing can be changed by the page. */
  readOnly?: boolean;
  /** In the place of port and token: how others come in. */
  entrance?: Entrance;
}

export interface Web {
  /** With the token that lets in, where there is one. */
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** Everything that a page may load and do: what comes with it, from here. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Serve the page: on this machine, where nothing else is said. Throws where the port is taken. */
export async function startWeb(options: WebOptions): Promise<Web> {
  const { client, namespace, port = 0, token = newToken(), readOnly = false } = options;
  const { watchKind = ownWatches(client, namespace) } = options;
  const entrance = options.entrance ?? onThisMachine(client, { port, token });
  // Whoever starts it may never look.
  let page: Promise<Map<string, Asset>> | undefined;
  const pageFiles = () => {
    page ??= pageAssets().catch(error => {
      page = undefined;
      throw error;
    });
    return page;
  };
  const fleet = watchFleet(watchKind);
  const search = searchIn({ client, fleet, watchKind, findCommits: options.findCommits });
  const previews = options.previews && previewAnswers(options.previews);
  const { rehearsal: outages, notifications, audit } = options;
  const { sendsOn } = options;
  const ofFleet = { fleet, notifications, audit, sendsOn, rehearses: outages !== undefined };
  const stopping = new AbortController();
  const address = () => (server.address() as AddressInfo).port;
  const door = entrance.door(address);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries({ ...headers, ...entrance.headers }))
      response.setHeader(name, value);
    const url = addressOf(request);
    const { method } = request;
    const { pathname, searchParams: query } = url;
    if (door.showsAssets && method === 'GET' && pathname.startsWith('/assets/'))
      return sendPage(request, response, (await pageFiles()).get(pathname));
    const visit = await door.admit(request, response, url);
    if (!visit) return;
    if (method !== 'GET' && method !== 'POST')
      return sendJson(response.setHeader('allow', 'GET, POST'), { error: 'GET or POST is expected' }, 405);
    const { viewer } = visit;
    const signal = AbortSignal.any([stopping.signal, leaving(response), ...ending(visit.until)]);
    const isOwn = viewer.as === 'own';
    if (!isOwn && !takeRequest(viewer, signal)) return sendJson(response, { error: noRequest }, 429);
    const told = method === 'GET' ? fleetStreams(ofFleet, viewer).get(pathname) : undefined;
    if (told) return told(viewer, response, signal);
    if (pathname === '/api/me') return sendJson(response, await whoIs(visit, { readOnly, door }, signal));
    if (pathname === '/api/search') return sendJson(response, await search.find(viewer, query, signal));
    const asked: Asked = {
      viewer,
      query,
      signal,
      previews,
      outages: isOwn ? outages : undefined,
      body: () => bodyOf(request),
    };
    const streamed = method === 'GET' ? streams.get(pathname) : undefined;
    if (streamed)
      return streamed(asked, response).catch(error => {
        if (response.headersSent || !isRefusal(error)) throw error;
        refuseEvents(response, signal, error as Error);
      });
    const answered = (method === 'POST' ? writes : reads).get(pathname);
    if (answered && method === 'POST' && readOnly)
      return sendJson(response, { error: 'this page is for looking only' }, 403);
    if (answered) return sendAnswer(response, await answered(asked));
    const assets = await pageFiles();
    const asset = method === 'GET' ? (assets.get(pathname) ?? pageAt(assets, pathname)) : undefined;
    sendPage(request, response, asset);
  };

  const server = entrance.createServer((request, response) => {
    answer(request, response).catch(error => {
      if (response.headersSent) response.destroy();
      else sendJson(response, { error: (error as Error).message }, statusOf(error));
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...entrance.listen }, resolve);
  }).catch(error => {
    fleet.stop();
    throw error;
  });
  return {
    url: entrance.url(address()),
    port: address(),
    async stop() {
      stopping.abort();
      fleet.stop();
      search.stop();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await entrance.close?.();
      await options.previews?.stop();
    },
  };
}

/** The address that is asked for, whatever server a request says it is for. */
function addressOf({ url = '' }: IncomingMessage): URL {
  const address = `http://localhost${url}`;
  if (!url.startsWith('/') || !URL.canParse(address)) throw new ActionError('this is no address of the page');
  return new URL(address);
}

/** What aborts when the visit is over, should it ever be. */
function ending(until: number | undefined): AbortSignal[] {
  return until === undefined ? [] : [AbortSignal.timeout(Math.max(0, until - Date.now()))];
}

/** Aborts when the browser has gone. */
function leaving(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

/** Views have addresses of their own, which all lead to the one page. */
function pageAt(assets: Map<string, Asset>, pathname: string): Asset | undefined {
  return pathname.startsWith('/api/') || pathname.startsWith('/assets/') ? undefined : assets.get('/');
}

function sendPage(request: IncomingMessage, response: ServerResponse, asset: Asset | undefined): void {
  if (asset) sendAsset(request, response, asset);
  else sendJson(response, { error: 'there is nothing here' }, 404);
}

function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value));
}

/** Characters from which on it is worth the work. */
const worthGzip = 2000;

/** What tells of the cluster. Nothing that proves who asks is in it, so that its length may tell of its content. */
async function sendAnswer(response: ServerResponse, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  response.setHeader('content-type', 'application/json').setHeader('cache-control', 'no-store');
  if (text.length < worthGzip || !takesGzip(response.req)) return void response.writeHead(200).end(text);
  const body = await promisify(gzip)(text);
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
}

/** Browsers keep the body of an answer to themselves where they asked for events. */
function refuseEvents(response: ServerResponse, signal: AbortSignal, { message: why }: Error): void {
  const stream = openEventStream(response, signal);
  stream.send('refused', { why });
  stream.end();
}

const isRefusal = (error: unknown) => error instanceof ApiError || error instanceof ActionError;

/** The answer of the API server is the page's answer. */
function statusOf(error: unknown): number {
  if (error instanceof ApiError) return error.code;
  return error instanceof ActionError ? 400 : 502;
}

const longest = 64 * 1024;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > longest) throw new ActionError('the request is too long');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new ActionError('the request is no JSON');
  }
}
