import { clone, equal, type JsonObject } from '@millrace/json';
import type { Api, WriteOptions } from '../../api/api.ts';
import { type ApiError, forbidden } from '../../api/status.ts';
import type { Target } from '../../api/target.ts';
import { objectAt, own, textAt, valueAt } from '../../api/tree.ts';
import { type Entry, read } from '../../store/entry.ts';
import { recordUpdate } from '../../verbs/field-ownership.ts';
import type { Amounts } from './pod-resources.ts';
import { add, formatQuantity, none, parseQuantity, type Quantity, subtract } from './quantity.ts';
import { isInScope, missingAmounts, storagesOf, usageOf } from './quota-usage.ts';

export const quotaStorage = '/resourcequotas';

const parsed = new WeakMap<Entry, JsonObject>();

/** The quotas of a namespace. They must not be changed. */
export function quotasIn(api: Api, namespace: string): readonly JsonObject[] {
  if (namespace === '') return [];
  return api.store.list(quotaStorage, namespace).map(entry => {
    let quota = parsed.get(entry);
    if (!quota) parsed.set(entry, (quota = read(entry)));
    return quota;
  });
}

/** Books what a write uses on the quotas of its namespace. */
export type Charge = () => void;

/**
 * What a new or changed object uses more than before, held against the quotas of its namespace. Answers with what is
 * to be done when the object is stored; undefined when nothing is. Throws 403 where a quota would be exceeded.
 */
export function chargeFor(
  api: Api,
  target: Target,
  object: JsonObject,
  old: JsonObject | undefined,
): Charge | undefined {
  const { storage } = target.resource;
  const quotas = quotasIn(api, target.namespace);
  if (quotas.length === 0) return undefined;
  const name = textAt(object, 'metadata', 'name');
  const charges = quotas.flatMap(given => {
    const isNew = !old;
    const quota = counted(api, given);
    const more = increase(quota, storage, object, old);
    if (isNew && storage === '/pods' && isInScope(quota, storage, object))
      requireAmounts(quota, target, name, object);
    if (more.size === 0) return [];
    requireRoom(quota, target, name, more);
    return [() => book(api, quota, more)];
  });
  if (charges.length === 0) return undefined;
  return () => {
    for (const charge of charges) charge();
  };
}

/** The quota with what is used of it: its status, or a count made here where the controller has made none of this spec. */
function counted(api: Api, quota: JsonObject): JsonObject {
  if (equal(valueAt(quota, 'status', 'hard') ?? {}, valueAt(quota, 'spec', 'hard') ?? {})) return quota;
  return recount(api, quota);
}

function hardOf(quota: JsonObject): JsonObject {
  return objectAt(quota, 'spec', 'hard');
}

function usageIn(quota: JsonObject, storage: string, object: JsonObject | undefined): Amounts {
  return object && isInScope(quota, storage, object) ? usageOf(storage, object) : new Map();
}

/** What of a quota's resources an object uses more than before. */
function increase(
  quota: JsonObject,
  storage: string,
  object: JsonObject | undefined,
  old: JsonObject | undefined,
): Amounts {
  const [after, before] = [usageIn(quota, storage, object), usageIn(quota, storage, old)];
  const more = new Map<string, Quantity>();
  for (const name of Object.keys(hardOf(quota))) {
    const amount = after.get(name);
    if (!amount) continue;
    const difference = subtract(amount, before.get(name) ?? none);
    if (difference.nano > 0n) more.set(name, difference);
  }
  return more;
}

function refuse(target: Target, name: string, why: string): ApiError {
  return forbidden(target.resource, name, why);
}

function requireAmounts(quota: JsonObject, target: Target, name: string, pod: JsonObject): void {
  const missing = missingAmounts(pod, Object.keys(hardOf(quota)));
  if (missing) throw refuse(target, name, `failed quota: ${textAt(quota, 'metadata', 'name')}: ${missing}`);
}

function requireRoom(quota: JsonObject, target: Target, name: string, more: Amounts): void {
  const hard = hardOf(quota);
  const used = objectAt(quota, 'status', 'used');
  const exceeded = [...more]
    .filter(([each, amount]) => parseQuantity(used[each]).nano + amount.nano > parseQuantity(hard[each]).nano)
    .map(([each]) => each)
    .sort();
  if (exceeded.length === 0) return;
  const list = (amountOf: (each: string) => string) =>
    exceeded.map(each => `${each}=${amountOf(each)}`).join(',');
  const parts = [
    `exceeded quota: ${textAt(quota, 'metadata', 'name')}`,
    `requested: ${list(each => formatQuantity(more.get(each) ?? none))}`,
    `used: ${list(each => String(used[each] ?? '0'))}`,
    `limited: ${list(each => String(hard[each]))}`,
  ];
  throw refuse(target, name, parts.join(', '));
}

function book(api: Api, quota: JsonObject, more: Amounts): void {
  writeStatus(api, quota, used => {
    for (const [name, amount] of more)
      if (used[name] !== undefined) used[name] = formatQuantity(add(parseQuantity(used[name]), amount));
  });
}

/**
 * Give back to the quotas of its namespace what an object used before it changed or went. What it uses more was booked
 * when it was written, so that each quota is right at any moment without counting anew.
 */
export function release(
  api: Api,
  storage: string,
  namespace: string,
  old: Entry,
  now: Entry | undefined,
): void {
  for (const quota of quotasIn(api, namespace)) {
    if (!Object.keys(hardOf(quota)).some(name => storagesOf(name).includes(storage))) continue;
    const less = increase(quota, storage, read(old), now && read(now));
    if (less.size === 0) continue;
    writeStatus(api, quota, used => {
      for (const [name, amount] of less) {
        if (used[name] === undefined) continue;
        const left = subtract(parseQuantity(used[name]), amount);
        used[name] = formatQuantity(left.nano > 0n ? left : none);
      }
    });
  }
}

/** Count everything that a quota is about. Answers with the quota as it is then. */
export function recount(api: Api, quota: JsonObject): JsonObject {
  const names = Object.keys(hardOf(quota));
  const namespace = textAt(quota, 'metadata', 'namespace');
  const used = new Map<string, Quantity>(names.map(name => [name, none]));
  for (const storage of new Set(names.flatMap(storagesOf))) {
    for (const entry of api.store.list(storage, namespace)) {
      for (const [name, amount] of usageIn(quota, storage, read(entry))) {
        const known = used.get(name);
        if (known) used.set(name, add(known, amount));
      }
    }
  }
  return writeStatus(api, quota, status => {
    for (const [name, amount] of used) status[name] = formatQuantity(amount);
  });
}

/** Straight into the store: this is part of the very way in which everything else is written. */
function writeStatus(api: Api, quota: JsonObject, change: (used: JsonObject) => void): JsonObject {
  const { namespace, name } = objectAt(quota, 'metadata') as { namespace: string; name: string };
  const entry = api.store.get(quotaStorage, namespace, name);
  if (!entry) return quota;
  const old = read(entry);
  const hard = hardOf(old);
  const known = objectAt(old, 'status', 'used');
  const used: JsonObject = Object.fromEntries(Object.keys(hard).map(each => [each, own(known, each) ?? '0']));
  change(used);
  const status = { hard: { ...hard }, used };
  if (equal(status, objectAt(old, 'status'))) return old;
  const resource = api.registry.stored(quotaStorage)!;
  const target = { resource, namespace, name, subresource: 'status' };
  const written = recordUpdate(api, target, { ...clone(old), status }, old, controller);
  api.store.put(quotaStorage, written);
  return written;
}

const controller: WriteOptions = {
  manager: 'kube-controller-manager',
  dryRun: false,
  fieldValidation: 'Ignore',
  warn() {},
};
