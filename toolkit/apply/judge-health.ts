import { display, type Health, type ObjectRef } from '@millrace/kube';

export type Verdict =
  | { kind: 'passed' }
  | { kind: 'waiting'; pending: string[] }
  /** What has failed will not get better by waiting. */
  | { kind: 'failed'; message: string };

/**
 * What the health of the targets comes to. It has failed when the time is over, or when something has failed: at once
 * with `failFast`, and else when nothing is in progress any more.
 */
export function judge(
  targets: { ref: ObjectRef; health: Health }[],
  waited: number,
  timeout: number,
  failFast: boolean,
): Verdict {
  const pending = targets.filter(({ health }) => health.status !== 'Current');
  if (pending.length === 0) return { kind: 'passed' };
  const failed = pending.filter(({ health }) => health.status === 'Failed');
  if (failed.length === pending.length || (failFast && failed.length > 0)) {
    return { kind: 'failed', message: `failed early due to stalled resources: ${list(failed)}` };
  }
  if (waited >= timeout) return { kind: 'failed', message: `timeout waiting for: ${list(pending)}` };
  return { kind: 'waiting', pending: pending.map(({ ref, health }) => `${display(ref)}: ${health.message}`) };
}

function list(targets: { ref: ObjectRef; health: Health }[]): string {
  return `[${targets.map(({ ref, health }) => `${display(ref)} status: '${health.status}'${reason(health)}`).join(', ')}]`;
}

function reason({ status, message }: Health): string {
  return status === 'NotFound' || message === '' ? '' : `: ${message}`;
}
