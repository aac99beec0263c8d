import { createHash } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { numberAt, textAt } from '../../api/tree.ts';
import type { World } from './world.ts';

const storage = '/events';
/** How long an event is kept: the default of kube-apiserver's `--event-ttl`. */
const lifetime = 60 * 60 * 1000;
/** Events that expire are looked for this often, all at once. */
const sweep = 5 * 60 * 1000;

/** What happened to an object. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The part of the object that it is about, such as `spec.containers{web}`. */
  readonly fieldPath?: string;
}

/**
 * Tell of something that a controller did, as the events of `kubectl describe`. The same again only counts up, so that
 * a loop leaves one event behind.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
export function record(world: World, about: JsonObject, what: Happening): void {
  world.aside(() => write(world, about, what));
}

function write(world: World, about: JsonObject, what: Happening): void {
  const reference = referenceTo(about, what.fieldPath);
  const namespace = textAt(about, 'metadata', 'namespace') || 'default';
  const name = `${textAt(about, 'metadata', 'name')}.${fingerprint(world.component.name, reference, what)}`;
  const now = timestamp(world.api.now());
  const known = world.get(storage, namespace, name);
  if (known) {
    world.change(storage, known, event => ({
      ...event,
      count: (numberAt(event, 'count') ?? 1) + 1,
      lastTimestamp: now,
    }));
    return;
  }
  world.create(storage, {
    metadata: { name, namespace },
    involvedObject: reference,
    type: what.type,
    reason: what.reason,
    message: what.message,
    source: { component: world.component.name },
    reportingComponent: world.component.name,
    reportingInstance: '',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  });
}

function referenceTo(object: JsonObject, fieldPath: string | undefined): JsonObject {
  const at = (field: string) => textAt(object, 'metadata', field);
  return {
    kind: object.kind ?? '',
    apiVersion: object.apiVersion ?? '',
    name: at('name'),
    ...(at('namespace') && { namespace: at('namespace') }),
    uid: at('uid'),
    resourceVersion: at('resourceVersion'),
    ...(fieldPath && { fieldPath }),
  };
}

function fingerprint(manager: string, reference: JsonObject, what: Happening): string {
  const parts = [manager, String(reference.uid), what.fieldPath ?? '', what.reason, what.message];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** Remove events an hour after they last happened, whoever wrote them. */
export function expireEvents(world: World): void {
  const visit = () => {
    const oldest = world.api.now().getTime() - lifetime;
    for (const event of world.list(storage)) {
      const last = lastSeen(event);
      if (last !== undefined && last < oldest) world.aside(() => world.delete(storage, event));
    }
    world.after(sweep, visit);
  };
  world.after(sweep, visit);
}

function lastSeen(event: JsonObject): number | undefined {
  const times = [
    textAt(event, 'series', 'lastObservedTime'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
    textAt(event, 'metadata', 'creationTimestamp'),
  ];
  const parsed = times.map(time => Date.parse(time)).filter(time => !Number.isNaN(time));
  return parsed.length === 0 ? undefined : Math.max(...parsed);
}
