import type { HealthStatus } from '@millrace/kube';
import type { State } from './row.ts';

/** The health of any object (kstatus) in the words of a list. */
export const healthStates: Record<HealthStatus, State> = {
  Current: 'ready',
  InProgress: 'progressing',
  Failed: 'failing',
  NotFound: 'failing',
  Terminating: 'waiting',
  Unknown: 'unknown',
};
