import type { JsonObject } from '@millrace/json';
import type { User } from '../http/authenticate.ts';
import type { Exchange } from '../http/exchange.ts';
import { answerCreate, isQuestion, noProcess, notServed } from '../verbs/answers.ts';
import { createObject } from '../verbs/create.ts';
import { type Deletion, deleteObject, parseDeleteOptions } from '../verbs/delete.ts';
import { asIfWatched, listPage, requireReached } from '../verbs/list.ts';
import { type PatchOptions, patchObject } from '../verbs/patch.ts';
import { followLog, podLog } from '../verbs/pod-log.ts';
import { getScale, scaleShownFor } from '../verbs/scale.ts';
import { replaceObject } from '../verbs/update.ts';
import { planWatch, Watch } from '../verbs/watch.ts';
import { patchScale, replaceScale } from '../verbs/write-scale.ts';
import type { Api, Target, WriteOptions } from './api.ts';
import { type Body, parseBody, parseDeleteBody } from './decode.ts';
import type { Gate } from './gate.ts';
import { negotiate } from './negotiate.ts';
import { pauses } from './pauses.ts';
import { type Renderer, rendererFor } from './representation.ts';
import { isTrue, type Verb } from './request-path.ts';
import { groupVersion } from './resource.ts';
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
  const wanted = negotiate(exchange.headers.accept, verb !== 'create' || !isQuestion(target));
  // A watch is a stream of JSON objects whatever they are.
  const shape = verb === 'watch' ? { ...wanted, yaml: false } : wanted;
  const shown = target.subresource === 'scale' ? scaleShownFor(resource) : resource;
  const renderer = rendererFor(shown, shape, exchange.query.get('includeObject') ?? 'Metadata', api.now);
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
  if (!shape.yaml && isForPeople(exchange)) return exchange.answer(code, indented(text), contentType);
  const end = shape.yaml ? '' : '\n';
  if (typeof text === 'string') return exchange.answer(code, text + end, contentType);
  return exchange.answerInPieces(code, ended(text, end), contentType);
}

/** Whether somebody will read the JSON: who asks for that, and the programs by which people look. */
function isForPeople({ query, headers }: Exchange): boolean {
  if (query.has('pretty')) return isTrue(query.get('pretty'));
  return /^(curl|Wget|Mozilla\/5\.0)/.test(String(headers['user-agent'] ?? ''));
}

function* ended(text: Iterable<string>, end: string): Generator<string> {
  yield* text;
  yield end;
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
  if (processes.includes(target.subresource)) throw noProcess(api, target, exchange.query);
  const options = writeOptions(exchange, user, gate.access, verb);
  if (target.subresource === 'scale')
    return answerScale(api, gate, exchange, verb, target, options, renderer);
  switch (verb) {
    case 'get': {
      requireReached(api, asIfWatched(exchange.query.get('resourceVersion') ?? ''));
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
  const asked = { api, gate, target, body: object, user, options };
  // An order has nothing stored that could be changed on the way.
  const order = (how: WriteOptions) => {
    how.admission?.validate({ operation: 'CREATE', target, object, old: null });
    return answerCreate(asked);
  };
  const answer = target.subresource
    ? await reviewed(gate, exchange, 'CREATE', target, options, order)
    : answerCreate(asked);
  // Whoever asks need not say by which kind: the answer says it.
  const shown = target.resource.subresources[target.subresource] ?? target.resource;
  if (answer)
    return {
      code: 201,
      text: JSON.stringify({ kind: shown.kind, apiVersion: groupVersion(shown), ...answer }),
    };
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
  return parseBody(await exchange.body(), exchange.contentType, kind, resource.custom !== undefined);
}

async function answerScale(
  api: Api,
  gate: Gate,
  exchange: Exchange,
  verb: Verb,
  target: Target,
  options: UserWrite,
  renderer: Renderer,
): Promise<Answer> {
  const answer = (scale: JsonObject): Answer => ({ code: 200, text: renderer.object(scale) });
  if (verb === 'get') return answer(getScale(api, target));
  if (verb === 'update') {
    const body = await bodyOf(exchange, { ...target, resource: { ...target.resource, custom: undefined } });
    const write = (how: WriteOptions) => replaceScale(api, target, copyOf(body), how);
    return answer(await reviewed(gate, exchange, 'UPDATE', target, options, write));
  }
  const body = await exchange.body();
  const write = (how: PatchOptions) => patchScale(api, target, body, exchange.contentType, how);
  return answer(await reviewed(gate, exchange, 'UPDATE', target, patchOptions(exchange, options), write));
}

/** Writes consume what they are given, and one that waits for its admission is done several times. */
function copyOf(body: Body): Body {
  return { ...body, object: structuredClone(body.object) };
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
  // Upstream lists in pages here, which makes a version an exact one.
  const query = new URLSearchParams(exchange.query);
  if (!query.has('limit')) query.set('limit', String(Number.MAX_SAFE_INTEGER));
  const page = listPage(api, target, query);
  // Before they go.
  const text = [...renderer.list(page)];
  const pause = pauses();
  for (const { namespace, name } of page.entries) {
    if (!api.store.get(target.resource.storage, namespace, name)) continue;
    const one = { ...target, namespace, name };
    await reviewed(gate, exchange, 'DELETE', one, how, ({ admission }) =>
      deleteObject(api, one, { ...options, ...(admission && { admission }) }),
    );
    await pause();
  }
  return { code: 200, text };
}

async function optionalBody(exchange: Exchange): Promise<JsonObject | undefined> {
  const body = await exchange.body();
  return body.length === 0 ? undefined : parseDeleteBody(body, exchange.contentType);
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
