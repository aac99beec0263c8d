import type { Destination, Notifier } from '../destination.ts';
import { DeliveryError, InvalidDestination } from '../errors.ts';
import type { Event } from '../event/event.ts';
import { nameAndReason, revisionOf } from '../words.ts';

/** What a host is told of a commit. */
export interface CommitStatus {
  /** The hash of the commit. */
  commit: string;
  state: 'pending' | 'succeeded' | 'failed';
  /** What it is called: a later one of this name takes its place. */
  context: string;
  description: string;
  /** `kustomization/apps` */
  object: string;
}

/** Sets it, unless the host knows it already: each status makes noise there. */
export type SetStatus = (status: CommitStatus, signal: AbortSignal, event: Event) => Promise<void>;

/** Throws InvalidDestination. */
export function commitStatusNotifier(
  { commitStatus }: Destination,
  set: SetStatus,
  { pending = false }: { pending?: boolean } = {},
): Notifier {
  if (commitStatus === '') throw new InvalidDestination('commit status cannot be empty');
  return {
    async post(event, signal) {
      const progressing = event.reason === 'Progressing';
      if (progressing && !pending) return;
      const commit = commitOf(event);
      const state = progressing ? 'pending' : stateOf(event);
      const { name, reason } = nameAndReason(event);
      await set({ commit, state, context: commitStatus, description: reason, object: name }, signal, event);
    },
  };
}

function stateOf({ severity }: Event): 'succeeded' | 'failed' {
  if (severity === 'info') return 'succeeded';
  if (severity === 'error') return 'failed';
  throw new DeliveryError(`the severity ${JSON.stringify(severity.slice(0, 64))} is no state of a commit`);
}

/** The hash in `main@sha1:<hash>`, `main/<hash>` or `<hash>`, as older controllers wrote it. */
export function commitOf(event: Event): string {
  const revision = revisionOf(event);
  if (revision === undefined) throw new DeliveryError('missing revision metadata: the event names no commit');
  const hash = revision.slice(revision.lastIndexOf(revision.includes(':') ? ':' : '/') + 1);
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(hash)) return hash;
  throw new DeliveryError(`failed to extract commit hash from '${revision.slice(0, 256)}' revision`);
}

/** Whether the newest of the same name, which comes first, says the same already. */
export function isSaid<T>(
  statuses: readonly T[],
  isNamed: (status: T) => boolean,
  saysSame: (status: T) => boolean,
): boolean {
  const newest = statuses.find(isNamed);
  return newest !== undefined && saysSame(newest);
}
