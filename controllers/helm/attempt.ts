import type { Condition, HelmRelease, HelmReleaseStatus, Snapshot } from '@millrace/api';
import { type EventNote, type ExtraConditions, findCondition } from '@millrace/controller';
import type { Release } from '@millrace/helm';
import type { Json, JsonObject } from '@millrace/json';
import { newestFirst } from './history.ts';

type Said = { status: Condition['status']; reason: string; message: string };

/**
 * What a HelmRelease is becoming while actions work on it: fields of its status, conditions and events, which its
 * visits put on the object.
 */
export class Attempt {
  readonly hr: HelmRelease;
  readonly status: HelmReleaseStatus;
  /** Releases that the running action has written to storage, by their version. */
  observed = new Map<number, Release>();
  /** Drift was found. */
  hasDrifted = false;
  #conditions = new Map<string, Said | false>();
  #events: EventNote[] = [];
  #changed: () => void;

  /** @param changed told when there is something new to put on the object */
  constructor(hr: HelmRelease, changed: () => void) {
    this.hr = hr;
    this.status = structuredClone(hr.status ?? {});
    this.#changed = changed;
  }

  /** Newest first. */
  get history(): Snapshot[] {
    return newestFirst(this.status.history ?? []);
  }

  set history(history: Snapshot[]) {
    this.status.history = newestFirst(history);
  }

  get latest(): Snapshot | undefined {
    return this.history[0];
  }

  mark(type: string, status: Said['status'], reason: string, message: string): void {
    this.#conditions.set(type, { status, reason, message });
  }

  unmark(type: string): void {
    this.#conditions.set(type, false);
  }

  condition(type: string): (Said & { generation: number }) | undefined {
    const said = this.#conditions.get(type);
    if (said === false) return undefined;
    if (said) return { ...said, generation: this.hr.metadata.generation ?? 0 };
    const found = findCondition(this.hr.status?.conditions, type);
    return found && { ...found, generation: found.observedGeneration ?? 0 };
  }

  is(type: string, status: Said['status']): boolean {
    return this.condition(type)?.status === status;
  }

  note(
    severity: EventNote['severity'],
    reason: string,
    message: string,
    metadata?: Record<string, string>,
  ): void {
    this.#events.push({ severity, reason, message, ...(metadata ? { metadata } : {}) });
  }

  /** Nothing has been said yet. */
  get isSilent(): boolean {
    return this.#conditions.size === 0 && this.#events.length === 0;
  }

  /** Events that have not been told yet, once. */
  takeEvents(): EventNote[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** The conditions that are another's than before. */
  get conditions(): ExtraConditions {
    return Object.fromEntries(this.#conditions);
  }

  /** The fields of status, over those that the object has now; those that are gone are null. */
  fieldsOver(now: HelmReleaseStatus | undefined): JsonObject {
    const fields: JsonObject = {};
    const { conditions: _, lastHandledReconcileAt: __, ...status } = this.status;
    for (const key of Object.keys(now ?? {})) if (!writtenElsewhere.includes(key)) fields[key] = null;
    for (const [key, value] of Object.entries(status))
      if (value !== undefined && !writtenElsewhere.includes(key))
        fields[key] = structuredClone(value) as Json;
    for (const key of counters) if (fields[key] === 0) fields[key] = null;
    if (this.history.length === 0) fields.history = null;
    return fields;
  }

  /** Put what there is on the object. */
  show(): void {
    this.#changed();
  }
}

/** What the loop of all controllers writes, and what visits do. */
const writtenElsewhere = ['conditions', 'lastHandledReconcileAt', 'observedGeneration', 'helmChart'];

/** Where upstream writes nothing for zero. */
const counters = ['failures', 'installFailures', 'upgradeFailures', 'lastReleaseRevision'];
