export { type AuditEntry, audited } from './audit.ts';
export { type AuditLog, openAuditLog } from './audit-log.ts';
export { findCondition, timestamp } from './conditions.ts';
export { startController } from './controller.ts';
export { Discretion } from './discretion.ts';
export { type EventFeed, eventFeed } from './event-feed.ts';
export { type EventRecorder, eventRecorder } from './events.ts';
export { createLogger, type Logger, type LogOptions } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type Ended, type Operation, Operations } from './operations.ts';
export {
  type EventNote,
  type ExtraConditions,
  Failed,
  type FailureOptions,
  type Finalized,
  NotReady,
  type Outcome,
  Parked,
  type Ready,
  Stalled,
  type Unchanged,
  type Waiting,
} from './outcome.ts';
export { Places, type PlacesLimits } from './places.ts';
export { type Priority, WorkQueue } from './queue.ts';
export type { Controller, ControllerOptions, Environment, Reconciler, Visit } from './reconciler.ts';
export { type References, referencesOf } from './references.ts';
export { type SourceKey, type Sources, sourcesOf } from './sources.ts';
export { handled } from './status.ts';
export { after, timeoutSignal } from './timer.ts';
export { actFor, actOn } from './visiting.ts';
export { type Awaitable, type WaitFor, waitFor } from './wait-for.ts';
export { type Shared, type View, type Watches, watchesOf, wholeObjects } from './watches.ts';
