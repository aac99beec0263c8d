import { isObject, type JsonObject } from '@millrace/json';
import { asJson, delay, isNotFound, type KubeClient, type KubeObject, type ObjectRef } from '@millrace/kube';
import { normalisedEvent, normalisedObject } from './normalise.ts';

/** What a test writes down as it is. */
export type Plain = Record<string, unknown>;

/** What a person does to the object that a scenario is about, and to what is around it, in the order of these members. */
export interface Deed {
  does: string;
  /** Objects that a person applies, in the scenario's namespace where they name none. */
  objects?: Plain[] | undefined;
  /** What a person changes by hand: merge patches. */
  change?: { ref: ObjectRef; patch: Plain; subresource?: 'status' | undefined }[] | undefined;
  remove?: ObjectRef[] | undefined;
  /** Members of the spec, as a merge patch. */
  spec?: Plain | undefined;
  /** Annotations and labels. */
  metadata?: Plain | undefined;
  /** Ask for a reconcile by annotation. */
  request?: boolean | undefined;
  /** Delete the object that the scenario is about. */
  deleted?: boolean | undefined;
  /** Nothing is expected to come of it. */
  rests?: boolean | undefined;
  /** Wait for this status of the condition Ready, which the object may have after others. */
  becomes?: 'True' | 'False' | undefined;
}

/** Milliseconds without a change after which an object has settled, and the longest wait for that. */
const quiet = 1200;
const patience = 45_000;

export const person = { as: 'own', fieldManager: 'a-person' } as const;

/** What has not said a word of its new spec by then has none to say. */
const longestSilence = 15_000;

/** Where a scenario is played: a namespace of its own, and the object that it is about. */
export interface Scene {
  namespace: string;
  subject: ObjectRef;
  placed(ref: ObjectRef): ObjectRef;
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Do what the step says to the objects around. */
  arrange(deed: Deed): Promise<void>;
  /** Make the subject, or change it as the step says. */
  direct(deed: Deed, number: number, spec: Plain, annotations?: Record<string, string>): Promise<void>;
  /** Until nothing has changed for a while, and nothing is under way. */
  settle(deed: Deed, number: number, before: string | undefined, isDone?: IsDone): Promise<void>;
  /** Events about objects of the subject's kind that have not been shown before, sorted. */
  freshEvents(): Promise<JsonObject[]>;
  show(refs: ObjectRef[]): Promise<JsonObject[]>;
}

/** Whether the object has come to an end. */
export type IsDone = (conditions: Map<string, string>) => boolean;

export async function openScene(client: KubeClient, namespace: string, subject: ObjectRef): Promise<Scene> {
  const told = new Set<string>();
  const placed = (ref: ObjectRef): ObjectRef => (ref.namespace === '' ? { ...ref, namespace } : ref);
  const get: Scene['get'] = async ref => {
    try {
      return await client.get(ref, { as: 'own' });
    } catch (error) {
      if (isNotFound(error) || (error as Error).name === 'NoMatchError') return undefined;
      throw error;
    }
  };
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, person);
  return {
    namespace,
    subject,
    placed,
    get,
    async arrange({ objects = [], change = [], remove = [] }) {
      for (const object of objects) {
        const metadata = { namespace, ...(object.metadata as Plain) };
        await client.apply({ ...object, metadata } as unknown as KubeObject, { ...person, force: true });
      }
      for (const { ref, patch, subresource } of change)
        await client.patch(placed(ref), 'merge', patch as JsonObject, {
          ...person,
          ...(subresource ? { subresource } : {}),
        });
      for (const ref of remove) await client.delete(placed(ref), { as: 'own' });
    },
    async direct(deed, number, spec, more = {}) {
      const { apiVersion, kind, name } = subject;
      const asked = deed.request ? { 'reconcile.fluxcd.io/requestedAt': `step-${number}` } : {};
      const annotations = { ...(deed.metadata?.annotations as Plain), ...asked, ...more };
      const metadata = { ...deed.metadata, annotations };
      if (number === 0) {
        const object = {
          apiVersion,
          kind,
          metadata: { name, namespace, ...metadata },
          spec: { ...spec, ...deed.spec },
        };
        await client.create(object as unknown as KubeObject, person);
      } else if (deed.spec || deed.metadata || Object.keys(annotations).length > 0) {
        const patch = { metadata, ...(deed.spec ? { spec: deed.spec } : {}) };
        await client.patch(subject, 'merge', patch as unknown as JsonObject, person);
      }
    },
    async settle(deed, number, before, isDone = () => true) {
      const start = Date.now();
      let [seen, since] = ['', start];
      for (;;) {
        await delay(40); // between two looks
        const now = await get(subject);
        const version = now?.metadata.resourceVersion ?? 'gone';
        if (version !== seen) [seen, since] = [version, Date.now()];
        const conditions = conditionsOf(now);
        const ready = conditions.get('Ready');
        const changed = isOfItsSpec(now)
          ? version !== before || Date.now() - start > 4000
          : Date.now() - start > longestSilence;
        const answered = !deed.request || lastHandled(now) === `step-${number}`;
        const told = deed.becomes ? ready === deed.becomes : ready !== undefined && ready !== 'Unknown';
        const ended = changed && answered && told && isDone(conditions);
        const done = deed.deleted && !deed.becomes ? !now : deed.rests || ended;
        if ((done && Date.now() - since > quiet) || Date.now() - start > patience) return;
      }
    },
    async freshEvents() {
      const { items } = await client.listAll<KubeObject>('v1', 'Event', { namespace, as: 'own' });
      const events = items.filter(event => isAbout(event, subject.kind)).map(normalisedEvent);
      // Flux counts up the first of the events that have the same words, and leaves its annotations as they were.
      const words = (event: JsonObject) =>
        JSON.stringify([event.name, event.type, event.reason, event.message]);
      const fresh = [...new Map(events.map(event => [words(event), event])).entries()]
        .filter(([text]) => !told.has(text))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [text] of fresh) told.add(text);
      return fresh.map(([, event]) => event);
    },
    async show(refs) {
      const unique = new Map(refs.map(placed).map(ref => [JSON.stringify(ref), ref]));
      const objects: JsonObject[] = [];
      for (const ref of unique.values()) {
        const found = await get(ref);
        objects.push(found ? normalisedObject(found) : { ...ref, gone: true });
      }
      return objects;
    },
  };
}

function isAbout(event: KubeObject, kind: string): boolean {
  const { involvedObject } = asJson(event);
  return isObject(involvedObject) && involvedObject.kind === kind;
}

function conditionsOf(object: KubeObject | undefined): Map<string, string> {
  const { conditions = [] } = (object?.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return new Map(conditions.map(({ type, status }) => [type, status]));
}

/** Whether Ready is about the spec that the object has now. */
function isOfItsSpec(object: KubeObject | undefined): boolean {
  const { conditions = [] } = (object?.status ?? {}) as {
    conditions?: { type: string; observedGeneration?: number }[];
  };
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready?.observedGeneration === object?.metadata.generation;
}

const lastHandled = (object: KubeObject | undefined) =>
  (object?.status as { lastHandledReconcileAt?: string } | undefined)?.lastHandledReconcileAt;

/** The objects of a Flux inventory: `namespace_name_group_kind`, where `__` stands for `:` in names. */
export function inventoryOf(object: KubeObject | undefined): ObjectRef[] {
  const { inventory } = (object?.status ?? {}) as {
    inventory?: { entries?: { id: string; v: string }[] };
  };
  return (inventory?.entries ?? []).map(refOfEntry);
}

function refOfEntry({ id, v }: { id: string; v: string }): ObjectRef {
  const [, namespace, name = '', group = '', kind = ''] = /^([^_]*)_(.*)_([^_]*)_([^_]*)$/.exec(id) ?? [];
  const apiVersion = group === '' ? v : `${group}/${v}`;
  const called = name.replaceAll('__', ':');
  return { apiVersion, kind, name: called, ...(namespace ? { namespace } : {}) };
}
