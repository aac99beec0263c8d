import type { JsonObject } from '@millrace/json';
import type { User } from '../http/authenticate.ts';
import type { Exchange } from '../http/exchange.ts';
import { answerCreate, noProcess, notServed } from '../verbs/answers.ts';
import { createObject } from '../verbs/create.ts';
import { type Deletion, deleteObject, parseDeleteOptions } from '../verbs/delete.ts';
import { listPage, parseRevision, requireReached, scopeOf, selectorOf } from '../verbs/list.ts';
import { parsePatch, patched, patchObject } from '../verbs/patch.ts';
import { followLog, podLog } from '../verbs/pod-log.ts';
import { changeScale, getScale } from '../verbs/scale.ts';
import { replaceObject } from '../verbs/update.ts';
import { planWatch, Watch } from '../verbs/watch.ts';
import type { Api, Target, WriteOptions } from './api.ts';
import { type Body, parseBody } from './decode.ts';
import type { Gate } from './gate.ts';
import { negotiate } from './negotiate.ts';
import { type Renderer, rendererFor } from './representation.ts';
import { isTrue, type Verb } from './request-path.ts';
import { notFound } from './status.ts';
import { textAt } from './tree.ts';
import { ownTree, patchOptions, reviewed, type UserWrite, writeOptions } from './write-options.ts';

/** Built-in resources that answers warn of. */
const deprecations: Readonly<Record<string, string>> = {
  '/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
  '/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** Answer a request for a resource that its user may make. Throws ApiError. */
export async function serveResource(
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
    if (isTrue(exchange.query.get('follow')))
      return followLog(api, target, exchange.query, () => exchange.stream({ 'content-type': 'text/plain' }));
    return exchange.answer(200, podLog(api, target, exchange.query), { 'content-type': 'text/plain' });
  }
  const { code, text } = await answerFor(api, gate, exchange, user, verb, target, renderer);
  await api.store.durable();
  const pretty = isTrue(exchange.query.get('pretty')) && !shape.yaml;
  if (pretty) return exchange.answer(code, indented(text), contentType);
  if (typeof text === 'string') return exchange.answer(code, text, contentType);
  return exchange.answerInPieces(code, text, contentType);
}

interface Answer {
  readonly code: number;
  readonly text: string | Iterable<string>;
}

function indented(text: string | Iterable<string>): string {
  const whole = typeof text === 'string' ? text : [...text].join('');
  return `${JSON.stringify(JSON.parse(whole), null, 2)}\n`;
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
  if (processes.includes(target.subresource)) throw noProcess(api, target);
  const options = writeOptions(exchange, user, gate.access, verb);
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
      return { code: 200, text: writtenText(api, target, replaced, renderer, options) };
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
      return { code: created ? 201 : 200, text: writtenText(api, target, object, renderer, options) };
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
  return { code: 201, text: writtenText(api, target, created, renderer, options) };
}

/** The text of an object after a write. What is answered is mostly what was stored, and written already. */
function writtenText(
  { store }: Api,
  { resource }: Target,
  object: JsonObject,
  renderer: Renderer,
  { dryRun }: WriteOptions,
): string {
  const text = (field: string) => textAt(object, 'metadata', field);
  const entry = dryRun ? undefined : store.get(resource.storage, text('namespace'), text('name'));
  return entry && String(entry.revision) === text('resourceVersion')
    ? renderer.entry(entry)
    : renderer.object(object);
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
  // Before they go.
  const text = [...renderer.list({ entries, revision: api.store.revision, next: '', remaining: undefined })];
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
