import type { JsonObject } from '@millrace/json';
import { Access } from '../access/access.ts';
import { Grants } from '../access/grants.ts';
import { Policies } from '../admission/policies.ts';
import { Webhooks } from '../admission/webhooks.ts';
import type { Api } from '../api/api.ts';
import { OpenApi } from '../api/openapi.ts';
import { Registry } from '../api/registry.ts';
import { parseGroupVersion } from '../api/resource.ts';
import { textAt } from '../api/tree.ts';
import { bootstrap } from '../bootstrap.ts';
import { ControlPlane } from '../control/control-plane.ts';
import { collectGarbage } from '../control/garbage-collector.ts';
import { furnishNamespaces } from '../control/namespace-contents.ts';
import { emptyNamespaces } from '../control/namespaces.ts';
import { keepQuotas } from '../control/quotas.ts';
import { protectStorage } from '../control/storage-protection.ts';
import { Timers } from '../control/timers.ts';
import { type Simulation, simulate } from '../life/simulate.ts';
import { read } from '../store/entry.ts';
import { forgetfulLog } from '../store/log.ts';
import { Store } from '../store/store.ts';
import { createObject } from '../verbs/create.ts';
import { deleteObject } from '../verbs/delete.ts';
import { changeObject } from '../verbs/update.ts';
import type { Body } from './client.ts';

/** A cluster without a listener whose time a test moves by hand. */
export interface LivingCluster {
  readonly api: Api;
  now(): Date;
  create(object: JsonObject): Body;
  change(storage: string, name: string, change: (object: Body) => void, subresource?: string): void;
  delete(storage: string, name: string): void;
  get(storage: string, name: string, namespace?: string): Body;
  list(storage: string, namespace?: string): Body[];
  /** The reasons and messages of the events about an object. */
  events(name: string): string[];
  /** Let everything happen that needs no time. */
  settle(): Promise<void>;
  /** Let time pass, with all that falls due in it. */
  pass(milliseconds: number): Promise<void>;
  stop(): void;
}

class Clock extends Timers {
  now: number;
  #due: { readonly at: number; readonly act: () => void }[] = [];

  constructor(start: string) {
    super();
    this.now = Date.parse(start);
  }

  override after(milliseconds: number, act: () => void): () => void {
    const due = { at: this.now + milliseconds, act };
    this.#due.push(due);
    return () => {
      this.#due = this.#due.filter(each => each !== due);
    };
  }

  /** What falls due first, not after an instant; the clock moves there. */
  take(until: number): (() => void) | undefined {
    const first = this.#due.reduce<{ at: number; act: () => void } | undefined>(
      (least, each) => (least && least.at <= each.at ? least : each),
      undefined,
    );
    if (!first || first.at > until) return undefined;
    this.#due = this.#due.filter(each => each !== first);
    this.now = Math.max(this.now, first.at);
    return first.act;
  }
}

const options = { manager: 'test', dryRun: false, fieldValidation: 'Strict', warn() {} } as const;

/** Starts one; `problems` of controllers fail the test that settles. */
export async function livingCluster(
  start = '2026-01-01T00:00:00Z',
  simulation: Simulation = {},
): Promise<LivingCluster> {
  const clock = new Clock(start);
  const problems: string[] = [];
  const registry = new Registry();
  const store = new Store(forgetfulLog(), undefined, error => problems.push(String(error)));
  const api: Api = { store, registry, openapi: new OpenApi(registry), now: () => new Date(clock.now) };
  bootstrap(api, 6443);
  const access = new Access(new Grants(store));
  const gate = { access, policies: new Policies(api), webhooks: new Webhooks(api) };
  const plane = new ControlPlane(api, gate, line => problems.push(line), clock);
  furnishNamespaces(plane, '');
  collectGarbage(plane);
  emptyNamespaces(plane);
  keepQuotas(api);
  protectStorage(plane);
  simulate(plane, simulation);
  const calm = async () => {
    for (let quiet = 0, seen = -1; quiet < 4; quiet = store.revision === seen ? quiet + 1 : 0) {
      seen = store.revision;
      await new Promise(resolve => setImmediate(resolve));
    }
    if (problems.length > 0) throw new Error(problems.join('\n'));
  };
  const pass = async (milliseconds: number) => {
    const until = clock.now + milliseconds;
    await calm();
    for (let act = clock.take(until); act; act = clock.take(until)) {
      act();
      await calm();
    }
    clock.now = until;
  };
  const settle = () => pass(0);
  const target = (storage: string, name: string, namespace = 'default') => {
    const resource = registry.stored(storage)!;
    return { resource, namespace: resource.namespaced ? namespace : '', name, subresource: '' };
  };
  await settle();
  return {
    api,
    now: () => new Date(clock.now),
    create(object) {
      const { group, version } = parseGroupVersion(textAt(object, 'apiVersion'));
      const resource = registry.findKind(group, version, textAt(object, 'kind'))!;
      const namespace = resource.namespaced ? textAt(object, 'metadata', 'namespace') || 'default' : '';
      const name = textAt(object, 'metadata', 'name');
      return createObject(
        api,
        { resource, namespace, name, subresource: '' },
        structuredClone(object),
        options,
      );
    },
    change(storage, name, change, subresource = '') {
      const apply = (object: JsonObject) => {
        change(object);
        return object;
      };
      changeObject(api, { ...target(storage, name), subresource }, apply, options);
    },
    delete: (storage, name) => void deleteObject(api, target(storage, name), { dryRun: false }),
    get(storage, name, namespace) {
      const at = target(storage, name, namespace);
      const entry = store.get(storage, at.namespace, name);
      return entry && read(entry);
    },
    list: (storage, namespace) => store.list(storage, namespace).map(read),
    events: name =>
      store
        .list('/events')
        .map(read)
        .filter(event => textAt(event, 'involvedObject', 'name') === name)
        .map(({ reason, message }) => `${reason}: ${message}`),
    settle,
    pass,
    stop() {
      clock.end();
      store.close();
    },
  };
}
