import type { JsonObject } from '@millrace/json';
import type { ResourceAction } from '../access/action.ts';
import { impersonate } from '../access/impersonate.ts';
import type { Operation } from '../admission/admission.ts';
import { withReviewers } from '../admission/replay.ts';
import type { User } from '../http/authenticate.ts';
import type { Exchange } from '../http/exchange.ts';
import { answerCreate, noProcess, notServed } from '../verbs/answers.ts';
import { createObject } from '../verbs/create.ts';
import { type Deletion, deleteObject, parseDeleteOptions } from '../verbs/delete.ts';
import { listPage, parseRevision, requireReached, scopeOf, selectorOf } from '../verbs/list.ts';
import { type PatchOptions, parsePatch, patched, patchObject } from '../verbs/patch.ts';
import { podLog } from '../verbs/pod-log.ts';
import { changeScale, getScale } from '../verbs/scale.ts';
import { replaceObject } from '../verbs/update.ts';
import { planWatch, Watch } from '../verbs/watch.ts';
import type { Api, Gate, Target, WriteOptions } from './api.ts';
import { type Body, parseBody } from './decode.ts';
import { type DiscoveryAnswer, discover } from './discovery.ts';
import { negotiate } from './negotiate.ts';
import { type Renderer, rendererFor } from './representation.ts';
import { isTrue, resolveRequest, type Verb } from './request-path.ts';
import { ApiError, errorStatus, internal, invalidOption, notFound } from './status.ts';
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
    const headers = wait === undefined ? undefined : { 'retry-after': String(wait) };
    await exchange.answer(status.code, JSON.stringify(errorStatus(status)), headers).catch(() => {});
  }
}

async function route(api: Api, gate: Gate, exchange: Exchange): Promise<void> {
  const { path, incoming } = exchange;
  const request = resolveRequest(api.registry, exchange.method, path, exchange.query);
  const action = request
    ? actionOf(request.verb, request.target)
    : { verb: exchange.method.toLowerCase(), path };
  const user = impersonate(gate.access, incoming, gate.authenticator.userOf(incoming), action);
  gate.access.require(user, action);
  if (request) return serveResource(api, gate, exchange, user, request.verb, request.target);
  if (path === '/version' || path === '/version/') return exchange.answer(200, versionDocument());
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return health(exchange);
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

/** OpenAPI is answered in JSON only; clients that want protobuf are told so and ask again. */
function openapiDocument(api: Api, path: string, accept: string): DiscoveryAnswer | undefined {
  if (!path.startsWith('/openapi/')) return undefined;
  negotiate(accept);
  const document = api.openapi.at(path);
  return document && { ...document, contentType: 'application/json' };
}

function serveDocument(exchange: Exchange, { text, contentType, etag }: DiscoveryAnswer): Promise<void> {
  const headers = { 'content-type': contentType, ...(etag && { etag, vary: 'Accept' }) };
  if (etag && exchange.headers['if-none-match'] === etag) return exchange.answer(304, '', headers);
  return exchange.answer(200, text, headers);
}

/** Live and ready are the same here: the listener opens when the store is read. */
function health(exchange: Exchange): Promise<void> {
  const [, probe = ''] = exchange.path.split('/');
  const verbose = exchange.query.has('verbose');
  return exchange.answer(200, verbose ? `[+]ping ok\n[+]store ok\n${probe} check passed\n` : 'ok', {
    'content-type': 'text/plain; charset=utf-8',
  });
}

/** Built-in resources that answers warn of. */
const deprecations: Readonly<Record<string, string>> = {
  '/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
  '/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

async function serveResource(
  api: Api,
  gate: Gate,
  exchange: Exchange,
  user: User,
  verb: Verb,
  target: Target,
): Promise<void> {
  const { resource } = target;
  const deprecated = resource.custom?.deprecated ?? deprecations[resource.storage];
  if (deprecated) exchange.warn(deprecated);
  const wanted = negotiate(exchange.headers.accept);
  // A watch is a stream of JSON objects whatever they are.
  const shape = verb === 'watch' ? { ...wanted, yaml: false } : wanted;
  const renderer = rendererFor(resource, shape, exchange.query.get('includeObject') ?? 'Metadata', api.now);
  const contentType = { 'content-type': shape.yaml ? 'application/yaml' : 'application/json' };
  if (verb === 'watch') {
    const plan = planWatch(api, target, exchange.query);
    await api.store.durable();
    return new Watch(api, plan, renderer, exchange.stream(contentType)).run();
  }
  if (target.subresource === 'log') {
    return exchange.answer(200, podLog(api, target, exchange.query), { 'content-type': 'text/plain' });
  }
  const { code, text } = await answerFor(api, gate, exchange, user, verb, target, renderer);
  await api.store.durable();
  const pretty = isTrue(exchange.query.get('pretty')) && !shape.yaml;
  return exchange.answer(code, pretty ? `${JSON.stringify(JSON.parse(text), null, 2)}\n` : text, contentType);
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

/** Subresources that would talk to a process. */
const processes = ['attach', 'exec', 'portforward', 'proxy'];

async function answerFor(
  api: Api,
  gate: Gate,
  exchange: Exchange,
  user: User,
  verb: Exclude<Verb, 'watch'>,
  target: Target,
  renderer: Renderer,
): Promise<Answer> {
  if (processes.includes(target.subresource)) throw noProcess(target.subresource);
  const options = { ...writeOptions(exchange, user, verb), writer: { user, access: gate.access } };
  if (target.subresource === 'scale') return answerScale(api, exchange, verb, target, options);
  switch (verb) {
    case 'get': {
      requireReached(api, parseRevision(exchange.query.get('resourceVersion') ?? ''));
      const entry = api.store.get(target.resource.storage, target.namespace, target.name);
      if (!entry) throw notFound(target.resource, target.name);
      return { code: 200, text: renderer.entry(entry) };
    }
    case 'list':
      return { code: 200, text: renderer.list(listPage(api, target, exchange.query)) };
    case 'create':
      return answerPost(api, gate, exchange, user, target, renderer, options);
    case 'update': {
      const { object, textProblems } = await bodyOf(exchange, target);
      const replaced = await reviewed(gate, exchange, 'UPDATE', target, options, how =>
        replaceObject(api, target, ownTree(object, how), { ...how, textProblems }),
      );
      return { code: 200, text: renderer.object(replaced) };
    }
    case 'patch': {
      const body = await exchange.body();
      const exists = api.store.get(target.resource.storage, target.namespace, target.name);
      const { object, created } = await reviewed(
        gate,
        exchange,
        exists ? 'UPDATE' : 'CREATE',
        target,
        patchOptions(exchange, options),
        how => patchObject(api, target, body, exchange.contentType, how),
      );
      return { code: created ? 201 : 200, text: renderer.object(object) };
    }
    case 'delete': {
      const how = parseDeleteOptions(await optionalBody(exchange), exchange.query);
      const deletion = await reviewed(gate, exchange, 'DELETE', target, options, ({ admission }) =>
        deleteObject(api, target, { ...how, ...(admission && { admission }) }),
      );
      return { code: 200, text: deletionText(deletion, target, renderer) };
    }
    case 'deletecollection':
      return deleteCollection(api, gate, exchange, target, options, renderer);
  }
}

/** Writes consume what they are given, and one that waits for its admission is done several times. */
function ownTree(object: JsonObject, { admission }: WriteOptions): JsonObject {
  return admission ? structuredClone(object) : object;
}

/** A write of a user. */
type UserWrite = WriteOptions & Required<Pick<WriteOptions, 'writer'>>;

/** Does a write, with the webhooks that have a say in it; most writes have none, and are done at once. */
async function reviewed<T, Options extends UserWrite>(
  { webhooks }: Gate,
  { query }: Exchange,
  operation: Operation,
  target: Target,
  options: Options,
  write: (options: Options) => T,
): Promise<T> {
  if (!webhooks.concern({ operation, target })) return write(options);
  const facts = {
    user: options.writer.user,
    dryRun: options.dryRun,
    options: reviewedOptions(operation, query),
    warn: options.warn,
  };
  return withReviewers(webhooks.reviewers(facts), admission => write({ ...options, admission }));
}

async function answerPost(
  api: Api,
  gate: Gate,
  exchange: Exchange,
  user: User,
  target: Target,
  renderer: Renderer,
  options: UserWrite,
): Promise<Answer> {
  const { object, textProblems } = await bodyOf(exchange, target);
  const answer = answerCreate({ api, gate, target, body: object, user, options });
  if (answer) return { code: 201, text: JSON.stringify(answer) };
  if (target.subresource) throw notServed(target);
  const created = await reviewed(gate, exchange, 'CREATE', target, options, how =>
    createObject(api, target, ownTree(object, how), { ...how, textProblems }),
  );
  return { code: 201, text: renderer.object(created) };
}

async function bodyOf(exchange: Exchange, { resource, subresource }: Target): Promise<Body> {
  const { kind } = resource.subresources[subresource] ?? resource;
  return parseBody(await exchange.body(), exchange.contentType, kind);
}

async function answerScale(
  api: Api,
  exchange: Exchange,
  verb: Verb,
  target: Target,
  options: WriteOptions,
): Promise<Answer> {
  const answer = (scale: JsonObject): Answer => ({ code: 200, text: JSON.stringify(scale) });
  if (verb === 'get') return answer(getScale(api, target));
  const body = await exchange.body();
  if (verb === 'update') {
    const { object } = parseBody(body, exchange.contentType, 'Scale');
    return answer(changeScale(api, target, () => object, options));
  }
  const patch = parsePatch(target, body, exchange.contentType);
  return answer(changeScale(api, target, scale => patched(patch, scale), options));
}

/** An apply has no manager but the one that it names. */
function patchOptions(exchange: Exchange, options: UserWrite): PatchOptions & UserWrite {
  const applies = exchange.contentType.startsWith('application/apply-patch');
  const manager = applies ? (exchange.query.get('fieldManager') ?? '') : options.manager;
  const force = exchange.query.get('force');
  return { ...options, manager, force: force === null ? undefined : isTrue(force) };
}

async function deleteCollection(
  api: Api,
  gate: Gate,
  exchange: Exchange,
  target: Target,
  how: UserWrite,
  renderer: Renderer,
): Promise<Answer> {
  const options = parseDeleteOptions(await optionalBody(exchange), exchange.query);
  const selector = selectorOf(target, exchange.query);
  const all = api.store.list(target.resource.storage, scopeOf(target));
  const entries = selector ? all.filter(selector) : [...all];
  const text = renderer.list({ entries, revision: api.store.revision, next: '', remaining: undefined });
  for (const { namespace, name } of entries) {
    const one = { ...target, namespace, name };
    await reviewed(gate, exchange, 'DELETE', one, how, ({ admission }) =>
      deleteObject(api, one, { ...options, ...(admission && { admission }) }),
    );
  }
  return { code: 200, text };
}

async function optionalBody(exchange: Exchange): Promise<JsonObject> {
  const body = await exchange.body();
  return body.length === 0 ? {} : parseBody(body, exchange.contentType, 'DeleteOptions').object;
}

function deletionText({ gone, object }: Deletion, target: Target, renderer: Renderer): string {
  if (!gone || target.resource.storage === '/pods') return renderer.object(object);
  const { group, resource: kind } = target.resource;
  const { uid } = object.metadata as { uid?: string };
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: target.name, ...(group && { group }), kind, ...(uid && { uid }) },
  });
}

/** The kinds of the options of each verb, which errors name. */
const optionKinds: Partial<Record<Verb, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

function writeOptions(exchange: Exchange, user: User, verb: Verb): WriteOptions {
  const { query } = exchange;
  const kind = optionKinds[verb] ?? '';
  const unsupported = (field: string, value: unknown, supported: string) =>
    invalidOption(kind, {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
      field,
    });
  const dryRun = query.getAll('dryRun').filter(Boolean);
  if (dryRun.some(value => value !== 'All')) throw unsupported('dryRun', dryRun, '"All"');
  const validation = query.get('fieldValidation') || 'Warn';
  if (validation !== 'Ignore' && validation !== 'Warn' && validation !== 'Strict') {
    throw unsupported('fieldValidation', validation, '"", "Ignore", "Strict", "Warn"');
  }
  return {
    manager: query.get('fieldManager') || managerOf(exchange, user),
    dryRun: dryRun.length > 0,
    fieldValidation: validation,
    warn: text => exchange.warn(text),
  };
}

/** Without a name, the part of the user agent before the first slash speaks for the writer. */
function managerOf(exchange: Exchange, user: User): string {
  const agent = String(exchange.headers['user-agent'] ?? '')
    .split('/')[0]!
    .trim();
  return (agent || user.name || 'unknown').slice(0, 128);
}

/** The options of a write as reviews show them: what the query says, under the kind of the operation. */
function reviewedOptions(operation: Operation, query: URLSearchParams): JsonObject {
  const kinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };
  const texts = ['fieldManager', 'fieldValidation', 'propagationPolicy'].flatMap(key => {
    const value = query.get(key);
    return value ? [[key, value]] : [];
  });
  const dryRun = query.getAll('dryRun').filter(Boolean);
  return {
    kind: kinds[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun.length > 0 && { dryRun }),
    ...Object.fromEntries(texts),
  };
}
