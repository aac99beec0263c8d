import type { Kind, ResourceOf } from '@millrace/api';
import type { JsonObject } from '@millrace/json';
import type { KubeClient, WatchCache } from '@millrace/kube';
import type { AuditEntry } from './audit.ts';
import type { Discretion } from './discretion.ts';
import type { EventFeed } from './event-feed.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { EventNote, Finalized, Outcome, Waiting } from './outcome.ts';
import type { Priority } from './queue.ts';
import type { Watches } from './watches.ts';

/** What all controllers of a process share. */
export interface Environment {
  client: KubeClient;
  watches: Watches;
  log: Logger;
  metrics: Metrics;
  /** To whom events are told beside the cluster; nobody where it is left out. */
  events?: EventFeed;
  /** Told of each change that a reconcile makes to an object; nothing is written down where it is left out. */
  audit?: (entry: AuditEntry) => void;
}

/** One visit to one object. */
export interface Visit {
  readonly signal: AbortSignal;
  /** Somebody has asked for this reconcile by annotation: nothing may be taken as known. */
  readonly requested: boolean;
  readonly log: Logger;
  /** What must not be said of the object, whatever is said. */
  readonly discretion: Discretion;
  /** A line of the log. */
  mention(message: string, fields?: Record<string, string>): void;
  /** An event about what was found on the way. */
  note(event: EventNote): void;
  /** Say on the object what is being done now, and set fields of its status. Costs no waiting. */
  progress(message: string, status?: JsonObject): void;
  /** Resolves when what was said so far is on the server. */
  settled(): Promise<void>;
}

export interface Reconciler<K extends Kind> {
  /** As in logs and metrics: `kustomization`. */
  name: string;
  /** The component that events and field managers name: `kustomize-controller`. */
  component: string;
  /**
   * Under which it writes to its own objects, where that is not the component: another than that of what it applies, for
   * an object that it applies may be one of its own.
   */
  statusManager?: string;
  kind: K;
  indexes?: Record<string, (object: ResourceOf<K>) => string[]>;
  /** Called once before the first visit: subscribe to what else wakes objects of the kind. */
  start?(controller: Controller<K>): Promise<void> | void;
  /** Bring the world to what the object says. Level-based: works from current state, safe to repeat at any line. */
  reconcile(object: ResourceOf<K>, visit: Visit): Promise<Outcome>;
  /** Objects that only say something to others: they are not reconciled, and have no finalizer and no status. */
  isStatic?(object: ResourceOf<K>): boolean;
  /** Whether something goes on for the object that was begun before it was suspended, and is to be told to its end. */
  isUnderWay?(object: ResourceOf<K>): boolean;
  /** Fields of the status of an object that is suspended. */
  suspended?(object: ResourceOf<K>): JsonObject;
  /** Undo what reconcile did, before the object goes. `waiting` parks it; it is called again when woken. */
  finalize(object: ResourceOf<K>, visit: Visit): Promise<Finalized | Waiting>;
  /** The object is gone: drop what is remembered of it. */
  forget?(key: string): void;
  /** The controller is stopping: end what goes on outside of visits. */
  stop?(): Promise<void>;
  /** The finalizer of its objects, where it is another than that of Flux's kinds. */
  finalizer?: string;
  /** For errors that carry no reason of their own. */
  defaultReason: string;
}

export interface Controller<K extends Kind> {
  readonly objects: WatchCache<ResourceOf<K>>;
  /** With those that other shards reconcile: for who refers to them. Resolves when all are there. */
  everyone(): Promise<WatchCache<ResourceOf<K>>>;
  /** Visit the object soon. */
  wake(key: string, priority?: Priority): void;
  /** Stop taking work, abort what is under way and wait until it has ended. */
  stop(): Promise<void>;
}

export interface ControllerOptions {
  concurrency?: number;
  /** Restricts the controller to one namespace. */
  namespace?: string | undefined;
  /** Only objects with these labels: sharding. */
  labelSelector?: string | undefined;
  /** Wait after a first failure, doubled with each further one, in milliseconds. */
  minRetryDelay?: number;
  maxRetryDelay?: number;
  /** Intervals vary by this share either way, so that objects do not come due together. */
  intervalJitter?: number;
}
