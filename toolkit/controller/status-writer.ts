import type { Resource } from '@millrace/api';
import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { type KubeClient, refOf } from '@millrace/kube';
import { after } from './timer.ts';

/** Milliseconds that a step takes before people want to see it. */
const moment = 300;

/**
 * Writes one object's status. What is said while a write is under way is folded into the next write, so that a
 * quick reconcile costs one request and a slow one still shows how far it is. Nothing is written that is there
 * already.
 */
export class StatusWriter<R extends Resource> {
  readonly #client: KubeClient;
  readonly #fieldManager: string;
  /** The object as it is known: as read, or as the last write left it. */
  #object: R;
  #next: JsonObject | undefined;
  #running: Promise<void> | undefined;
  /** Ends the wait for a mention to be written. */
  #later: (() => void) | undefined;

  constructor(client: KubeClient, fieldManager: string, object: R) {
    this.#client = client;
    this.#fieldManager = fieldManager;
    this.#object = object;
  }

  /** The object with the status that it has, or is about to have. */
  get object(): R {
    return this.#next ? { ...this.#object, status: this.#next as R['status'] } : this.#object;
  }

  /** Take the status as the one to have; it is written at once, unless another takes its place before. */
  say(status: JsonObject): void {
    this.#next = status;
    this.#write();
  }

  /** The same, of something that will soon be over: who is done in a moment need not have said so. */
  mention(status: JsonObject): void {
    this.#next = status;
    this.#later ??= after(moment, () => this.#write());
  }

  /** Resolves when what was said is on the server; rejects with what hindered it. */
  async settled(): Promise<R> {
    if (this.#next) this.#write();
    while (this.#running) await this.#running;
    return this.#object;
  }

  #write(): void {
    this.#later?.();
    this.#later = undefined;
    this.#running ??= this.#run();
    this.#running.catch(() => {}); // `settled` tells
  }

  async #run(): Promise<void> {
    try {
      await Promise.resolve(); // what is said in the same breath goes together
      while (this.#next) {
        const status = this.#next;
        const patch = difference((this.#object.status ?? {}) as JsonObject, status);
        if (Object.keys(patch).length > 0) {
          const options = { subresource: 'status', fieldManager: this.#fieldManager, as: 'own' } as const;
          this.#object = await this.#client.patch<R>(
            refOf(this.#object),
            'merge',
            { status: patch },
            options,
          );
        }
        if (this.#next === status) this.#next = undefined;
      }
    } finally {
      this.#running = undefined;
      this.#next = undefined;
    }
  }
}

/** The JSON merge patch (RFC 7386) from one status to another. */
function difference(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(before)) if (!(key in after)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const old: Json | undefined = before[key];
    if (equal(old, value)) continue;
    patch[key] = isObject(old) && isObject(value) ? difference(old, value) : value;
  }
  return patch;
}
