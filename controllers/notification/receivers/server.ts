import type { IncomingMessage } from 'node:http';
import type { Receiver } from '@millrace/api';
import { type Environment, Places } from '@millrace/controller';
import type { WatchCache } from '@millrace/kube';
import type { Address, Served } from '@millrace/process';
import { httpMetrics, type Patience, serveHttp, usualPatience } from '../http/index.ts';
import { answerElsewhere } from './elsewhere.ts';
import { handler } from './handle.ts';
import { Documents } from './identity/documents.ts';
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
  /** What identity providers publish, and where Google does; what the network has, unless it is said. */
  documents?: Documents;
  google?: Record<string, string>;
}

/** Requests to the API server at once, for objects of one namespace and of all. */
const apiPlaces = { host: 16, all: 32 };

/** Receive webhooks. Throws FlagError where the address is taken. */
export function serveReceivers(address: Address, deps: ServerDeps): Promise<Served> {
  const { log, patience = usualPatience } = deps;
  const handle = handler({
    ...deps,
    readTimeout: patience.request,
    documents: deps.documents ?? new Documents(),
    places: new Places(apiPlaces),
    woken: ({ kind, name, namespace }) => log.info(`resource '${kind}/${name}.${namespace}' annotated`),
  });
  return serveHttp(address, {
    answer: async request =>
      answerElsewhere(request.method ?? '', request.url ?? '') ?? { code: await handle(request) },
    measure: httpMetrics('gotk_receiver', deps.metrics.registry),
    handlerOf: request => handlerOf(request, deps),
    log,
    patience,
  });
}

/** Paths that no Receiver has are one: who sends many of them leaves no more in memory. */
function handlerOf({ url = '' }: IncomingMessage, { pathMetrics, receivers }: ServerDeps): string {
  const known = pathMetrics && receivers.indexed('path', digestOfPath(url)).length > 0;
  return known ? url : hookPath;
}
