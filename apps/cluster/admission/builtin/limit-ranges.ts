import type { JsonObject } from '@millrace/json';
import { childOf, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { type Entry, read } from '../../store/entry.ts';
import { amountsOf, podAmounts } from './pod-resources.ts';
import { formatQuantity, parseQuantity, type Quantity } from './quantity.ts';
import { type Arrival, type Plugin, refusal } from './review.ts';

const storage = 'limitranges';
const annotation = 'kubernetes.io/limit-ranger';

/** https://kubernetes.io/docs/concepts/policy/limit-range/ */
export const limitRanger: Plugin = {
  name: 'LimitRanger',
  admit(arrival) {
    if (arrival.target.resource.storage !== '/pods') return;
    const told: string[] = [];
    for (const range of rangesIn(arrival))
      for (const limit of objectsAt(range, 'spec', 'limits'))
        if (limit.type === 'Container') told.push(...fillIn(objectAt(arrival.object, 'spec'), limit));
    if (told.length === 0) return;
    const annotations = childOf(childOf(arrival.object, 'metadata'), 'annotations');
    annotations[annotation] = `LimitRanger plugin set: ${told.join('; ')}`;
  },
  validate: review,
  // The resources of a Pod cannot change.
  validateChange(arrival) {
    if (arrival.target.resource.storage !== '/pods') review(arrival);
  },
};

function review(arrival: Arrival): void {
  for (const range of rangesIn(arrival)) {
    const problems = objectsAt(range, 'spec', 'limits').flatMap(limit => problemsBy(limit, arrival));
    if (problems.length > 0) throw refusal(arrival, asOne(problems));
  }
}

const parsed = new WeakMap<Entry, JsonObject>();

function rangesIn({ api, target }: Arrival): JsonObject[] {
  return api.store.list(`/${storage}`, target.namespace).map(entry => {
    let range = parsed.get(entry);
    if (!range) parsed.set(entry, (range = read(entry)));
    return range;
  });
}

/** Several problems are listed in brackets, each once. */
function asOne(problems: readonly string[]): string {
  const distinct = [...new Set(problems)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}

/** Give containers the defaults that they lack; answers with what was set. */
function fillIn(spec: JsonObject, limit: JsonObject): string[] {
  const kinds = [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const;
  return kinds.flatMap(([list, word]) =>
    objectsAt(spec, list).flatMap(container => {
      const requests = merge(container, 'requests', objectAt(limit, 'defaultRequest'));
      const limits = merge(container, 'limits', objectAt(limit, 'default'));
      const name = textAt(container, 'name');
      const tell = (what: string, names: string[]) =>
        names.length > 0 ? [`${names.join(', ')} ${what} for ${word} ${name}`] : [];
      return [...tell('request', requests), ...tell('limit', limits)];
    }),
  );
}

function merge(container: JsonObject, kind: string, defaults: JsonObject): string[] {
  const names = Object.keys(defaults).filter(
    name => objectAt(container, 'resources', kind)[name] === undefined,
  );
  if (names.length === 0) return [];
  const given = childOf(childOf(container, 'resources'), kind);
  for (const name of names) given[name] = defaults[name]!;
  return names.sort();
}

/** What an object asks for, of one resource. */
interface Usage {
  readonly request: Quantity | undefined;
  readonly limit: Quantity | undefined;
}

function problemsBy(limit: JsonObject, { target, object }: Arrival): string[] {
  const type = textAt(limit, 'type');
  if (target.resource.storage === '/persistentvolumeclaims') {
    if (type !== 'PersistentVolumeClaim') return [];
    const requests = amountsOf({ resources: objectAt(object, 'spec', 'resources') }, 'requests');
    return claimProblems(limit, name => requests.get(name));
  }
  const spec = objectAt(object, 'spec');
  if (type === 'Container')
    return [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')].flatMap(container => {
      const [requests, limits] = [amountsOf(container, 'requests'), amountsOf(container, 'limits')];
      return usageProblems(limit, name => ({ request: requests.get(name), limit: limits.get(name) }));
    });
  if (type !== 'Pod') return [];
  const [requests, limits] = [podAmounts(spec, 'requests'), podAmounts(spec, 'limits')];
  return usageProblems(limit, name => ({ request: requests.get(name), limit: limits.get(name) }));
}

function usageProblems(limit: JsonObject, usageOf: (name: string) => Usage): string[] {
  const type = textAt(limit, 'type');
  const each = (field: string, check: (what: string, bound: string, usage: Usage) => string[]) =>
    Object.entries(objectAt(limit, field)).flatMap(([name, bound]) =>
      check(`${name}|${type}`, String(bound), usageOf(name)),
    );
  return [...each('min', tooLittle), ...each('max', tooMuch), ...each('maxLimitRequestRatio', tooFarApart)];
}

function sentence(kind: string, what: string, bound: string): string {
  const [name, type] = what.split('|');
  return `${kind} ${name} usage per ${type} is ${bound}`;
}

function tooLittle(what: string, bound: string, { request, limit }: Usage): string[] {
  const least = parseQuantity(bound).nano;
  const rule = sentence('minimum', what, bound);
  if (!request) return [`${rule}.  No request is specified`];
  if (limit && limit.nano < least) return [`${rule}, but limit is ${formatQuantity(limit)}`];
  return request.nano < least ? [`${rule}, but request is ${formatQuantity(request)}`] : [];
}

function tooMuch(what: string, bound: string, { request, limit }: Usage): string[] {
  const most = parseQuantity(bound).nano;
  const rule = sentence('maximum', what, bound);
  if (!limit) return [`${rule}.  No limit is specified`];
  if (limit.nano > most) return [`${rule}, but limit is ${formatQuantity(limit)}`];
  return request && request.nano > most ? [`${rule}, but request is ${formatQuantity(request)}`] : [];
}

function tooFarApart(what: string, bound: string, { request, limit }: Usage): string[] {
  const [name, type] = what.split('|');
  const rule = `${name} max limit to request ratio per ${type} is ${bound}`;
  if (!request || request.nano <= 0n) return [`${rule}, but no request is specified or request is 0`];
  if (!limit || limit.nano <= 0n) return [`${rule}, but no limit is specified or limit is 0`];
  const ratio = Number(limit.nano) / Number(request.nano);
  const most = Number(parseQuantity(bound).nano) / 1e9;
  return ratio > most ? [`${rule}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}

function claimProblems(limit: JsonObject, requestOf: (name: string) => Quantity | undefined): string[] {
  const type = textAt(limit, 'type');
  const low = Object.entries(objectAt(limit, 'min')).flatMap(([name, bound]) =>
    tooLittle(`${name}|${type}`, String(bound), { request: requestOf(name), limit: undefined }),
  );
  const high = Object.entries(objectAt(limit, 'max')).flatMap(([name, bound]) => {
    const request = requestOf(name);
    const rule = sentence('maximum', `${name}|${type}`, String(bound));
    if (!request) return [`${rule}.  No request is specified`];
    if (request.nano <= parseQuantity(String(bound)).nano) return [];
    return [`${rule}, but request is ${formatQuantity(request)}`];
  });
  return [...low, ...high];
}
