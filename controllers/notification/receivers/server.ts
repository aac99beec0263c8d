import type { IncomingMessage } from 'node:http';
import type { Receiver } from '@millrace/api';
import type { Environment } from '@millrace/controller';
import type { WatchCache } from '@millrace/kube';
import type { Address, Served } from '@millrace/process';
import { type Answer, httpMetrics, type Patience, serveHttp, usualPatience } from '../http/index.ts';
import { handler } from './handle.ts';
import { Places } from './places.ts';
import { digestOfPath, hookPath } from './webhook-path.ts';

export interface ServerDeps extends Environment {
  /** Those of the controller that receiverReconciler makes: it indexes them by their paths. */
  receivers: WatchCache<Receiver>;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** --export-http-path-metrics. */
  pathMetrics: boolean;
  /** How long a request may take to come in, in milliseconds. */
  patience?: Patience;
}

/** Requests to the API server at once. */
const apiPlaces = 32;

/** Receive webhooks. Throws FlagError where the address is taken. */
export function serveReceivers(address: Address, deps: ServerDeps): Promise<Served> {
  const { log, patience = usualPatience } = deps;
  const handle = handler({
    ...deps,
    readTimeout: patience.request,
    places: new Places(apiPlaces),
    woken: ({ kind, name, namespace }) => log.info(`resource '${kind}/${name}.${namespace}' annotated`),
  });
  return serveHttp(address, {
    answer: request => answerTo(request, handle),
    measure: httpMetrics('gotk_receiver', deps.metrics.registry),
    handlerOf: request => handlerOf(request, deps),
    log,
    patience,
  });
}

/** What a server of Go answers at other paths. */
const notFound: Answer = { code: 404, text: '404 page not found\n' };

async function answerTo(
  request: IncomingMessage,
  handle: (request: IncomingMessage) => Promise<number>,
): Promise<Answer> {
  if (!request.url?.startsWith(hookPath)) return notFound;
  return { code: await handle(request) };
}

/** Paths that no Receiver has are one: who sends many of them leaves no more in memory. */
function handlerOf({ url = '' }: IncomingMessage, { pathMetrics, receivers }: ServerDeps): string {
  const known = pathMetrics && receivers.indexed('path', digestOfPath(url)).length > 0;
  return known ? url : hookPath;
}
