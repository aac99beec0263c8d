import type { JsonObject } from '@millrace/json';

/** A condition beside Ready, Reconciling and Stalled that a step wants set, or removed (`false`). */
export type ExtraConditions = Record<
  string,
  { status: 'True' | 'False' | 'Unknown'; reason: string; message: string } | false
>;

interface Said {
  /** Fields of status to set; `null` removes one. */
  status?: JsonObject;
  conditions?: ExtraConditions;
}

/** An event for the people who follow the object. */
export interface EventNote {
  /** `trace`: for those who look at the object; nobody else is told. */
  severity: 'info' | 'error' | 'trace';
  reason: string;
  message: string;
  /** The revision that it is about, and more metadata, without the group's prefix. */
  metadata?: Record<string, string>;
  /** More of it, whose names are whole. */
  annotations?: Record<string, string>;
}

/** The object is as it should be. */
export interface Ready extends Said {
  kind: 'ready';
  reason: string;
  message: string;
  /** Milliseconds until it is looked at again without an event; undefined: never. */
  requeueAfter?: number;
  events?: EventNote[];
}

/** Nothing was to be done and nothing is to be said. */
export interface Unchanged {
  kind: 'unchanged';
  requeueAfter?: number;
}

/**
 * The work is under way elsewhere. The object is parked, which holds no worker, until something wakes it or the
 * time is over; what it waits for is what the reconciler has subscribed to.
 */
export interface Waiting extends Said {
  kind: 'waiting';
  /** For the Reconciling condition. */
  message: string;
  wakeAfter: number;
  events?: EventNote[];
}

/** The object is gone, or will be when its finalizer is: nothing is left to report on. */
export interface Finalized {
  kind: 'finalized';
  events?: EventNote[];
}

export type Outcome = Ready | Unchanged | Waiting;

export interface FailureOptions extends Said {
  cause?: unknown;
  /** Milliseconds until the next try; by default a wait that doubles with every failure. */
  retryAfter?: number | undefined;
  metadata?: Record<string, string>;
  /** What the event says where it differs from the condition; false: there is none. */
  note?: string | false;
  /** Events about what was done before it failed. */
  events?: EventNote[];
}

/** The work failed and is tried again. `reason` goes to the Ready condition and to the event. */
export class Failed extends Error {
  override readonly name: string = 'Failed';
  readonly reason: string;
  readonly options: FailureOptions;

  constructor(reason: string, message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.options = options;
  }
}

/** Something that the object builds on is not there yet; its arrival wakes the object. No error of the object's own. */
export class NotReady extends Failed {
  override readonly name = 'NotReady';
}

/** Nothing can help but a change of the object itself. */
export class Stalled extends Failed {
  override readonly name = 'Stalled';
}

/**
 * What a visit needs first is on its way: a first list, a clone, a deletion. The visit ends here, which frees its
 * worker, and begins anew when it is woken or the time is over. Nothing is said of it on the object.
 */
export class Parked extends Error {
  override readonly name = 'Parked';
  /** Milliseconds until the next visit, should nothing wake the object before. */
  readonly wakeAfter: number;

  constructor(what: string, wakeAfter: number) {
    super(`waiting for ${what}`);
    this.wakeAfter = wakeAfter;
  }
}
