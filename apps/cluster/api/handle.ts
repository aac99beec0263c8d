import { foreignRequest } from '@millrace/loopback';
import type { ResourceAction } from '../access/action.ts';
import { impersonate } from '../access/impersonate.ts';
import type { Exchange } from '../http/exchange.ts';
import { serverNames } from '../pki/identity.ts';
import type { Api, Target } from './api.ts';
import { type DiscoveryAnswer, discover } from './discovery.ts';
import type { Gate } from './gate.ts';
import { parseAccept } from './negotiate.ts';
import { resolveRequest, type Verb } from './request-path.ts';
import { serveResource } from './serve-resource.ts';
import { ApiError, errorStatus, internal, notAcceptable } from './status.ts';
import { versionDocument } from './version.ts';

/** Answer one request, whatever it is; errors become Status objects. Never throws. */
export async function handle(
  api: Api,
  gate: Gate,
  exchange: Exchange,
  log: (line: string) => void,
): Promise<void> {
  try {
    await route(api, gate, exchange);
  } catch (error) {
    // Somebody who is gone wants no answer.
    if (exchange.answered || exchange.abandoned) return;
    const status = error instanceof ApiError ? error : internal((error as Error).message);
    if (status !== error)
      log(`${exchange.method} ${exchange.path}: ${(error as Error).stack ?? String(error)}`);
    const wait = status.details?.retryAfterSeconds;
    const headers = {
      ...(wait !== undefined && { 'retry-after': String(wait) }),
    };
    await exchange.answer(status.code, `${JSON.stringify(errorStatus(status))}\n`, headers).catch(() => {});
  }
}

async function route(api: Api, gate: Gate, exchange: Exchange): Promise<void> {
  const { path } = exchange;
  const foreign = foreignRequest(exchange.headers, serverNames);
  if (foreign) throw new ApiError(403, 'Forbidden', foreign, {});
  const request = resolveRequest(api.registry, exchange.method, path, exchange.query);
  const action = request
    ? actionOf(request.verb, request.target)
    : { verb: exchange.method.toLowerCase(), path };
  const user = impersonate(gate.access, exchange, gate.authenticator.userOf(exchange), action);
  gate.access.require(user, action);
  if (request) return serveResource(api, gate, exchange, user, request.verb, request.target);
  if (path === '/version' || path === '/version/') return exchange.answer(200, versionDocument());
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return health(api, exchange);
  const accept = exchange.headers.accept ?? '';
  const document = discover(api.registry, path, accept) ?? openapiDocument(api, path, accept);
  if (document) return serveDocument(exchange, document);
  return exchange.answer(404, '404 page not found\n', { 'content-type': 'text/plain; charset=utf-8' });
}

/** A namespace is an object in itself: its name is also where the action takes place. */
function actionOf(verb: Verb, { resource, subresource, namespace, name }: Target): ResourceAction {
  const where = resource.storage === '/namespaces' ? name : namespace;
  const { group, version, resource: plural } = resource;
  return { verb, group, version, resource: plural, subresource, namespace: where, name };
}

const openapiProtobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** An older name, which kubectl uses. */
const openapiProtobufBefore = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** The second version of OpenAPI is to be had in protobuf too. Throws 406, without a word as upstream does. */
function openapiDocument(api: Api, path: string, accept: string): DiscoveryAnswer | undefined {
  if (!path.startsWith('/openapi/')) return undefined;
  for (const { type } of accept ? parseAccept(accept) : [{ type: '*/*' }]) {
    if (path === '/openapi/v2' && (type === openapiProtobuf || type === openapiProtobufBefore))
      return { ...api.openapi.inProtobuf(), contentType: openapiProtobuf };
    if (type !== '*/*' && type !== 'application/*' && type !== 'application/json') continue;
    const document = api.openapi.at(path);
    return document && { ...document, contentType: 'application/json' };
  }
  throw notAcceptable(['application/json', ...(path === '/openapi/v2' ? [openapiProtobuf] : [])]);
}

function serveDocument(exchange: Exchange, { text, contentType, etag }: DiscoveryAnswer): Promise<void> {
  const headers = { 'content-type': contentType, ...(etag && { etag, vary: 'Accept' }) };
  if (etag && exchange.headers['if-none-match'] === etag) return exchange.answer(304, '', headers);
  return exchange.answer(200, text, headers);
}

/** Live and ready are the same here: the listener opens when the store is read. */
function health({ store }: Api, exchange: Exchange): Promise<void> {
  const [, probe = ''] = exchange.path.split('/');
  const verbose = exchange.query.has('verbose');
  const plain = { 'content-type': 'text/plain; charset=utf-8' };
  if (store.failed) {
    const reason = '[+]ping ok\n[-]store failed: reason withheld\n';
    return exchange.answer(500, `${reason}${probe} check failed\n`, plain);
  }
  const checks = `[+]ping ok\n[+]store ok\n${probe} check passed\n`;
  return exchange.answer(200, verbose ? checks : 'ok', plain);
}
