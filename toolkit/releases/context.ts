import type { Identity, KubeClient, KubeObject } from '@millrace/kube';
import type { Records } from './records.ts';
import type { Waiter } from './waiter.ts';

/** What an action on a release works with. */
export interface ReleaseContext {
  client: KubeClient;
  /** In whose name the objects of the release are read and written. */
  as: Identity;
  /** Who owns the fields: `helm`, or the controller. */
  fieldManager: string;
  /** Where the release lives, and objects that name no namespace. */
  namespace: string;
  records: Records;
  waiter: Waiter;
  /** Told of every object that was written, as it is then. */
  wrote?: (object: KubeObject) => void;
  /** Takes what hooks have written, as their policies ask; without it nobody reads that. */
  hookLogs?: (text: string) => void;
  signal: AbortSignal;
  /** What Helm logs and goes on with. */
  warn(message: string): void;
}
