import { formatDuration } from '@millrace/api';
import type { KubeClient } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { connect, type Globals } from '../globals.ts';
import { interruption } from '../up/interrupt.ts';

/** One command at work on one cluster. */
export interface Session {
  client: KubeClient;
  /** Aborts at Ctrl-C and, for commands that are to end by themselves, when --timeout has passed. */
  signal: AbortSignal;
  globals: Globals;
}

/** The exit code of a program that Ctrl-C has ended. */
export const interrupted = 130;

/**
 * Do something with the cluster that the options name. `endless` is for what goes on until it is stopped: a timeout
 * counts there only when the user has given one. Throws CliError when the time is up.
 */
export async function withCluster<T>(
  globals: Globals,
  work: (session: Session) => Promise<T>,
  options: { endless?: boolean } = {},
): Promise<T> {
  const stop = interruption();
  const timed = !options.endless || globals.timeoutGiven;
  const overdue = timed ? AbortSignal.timeout(globals.timeout) : undefined;
  const signal = overdue ? AbortSignal.any([stop, overdue]) : stop;
  const client = await connect(globals);
  const alive = setInterval(() => {}, 2 ** 30); // neither a listener on a signal nor its timer keeps a process alive
  try {
    return await work({ client, signal, globals });
  } catch (error) {
    if (stop.aborted) throw new CliError('interrupted', { exitCode: interrupted, cause: error });
    // Who has said already what was not done in time knows better.
    if (!overdue?.aborted || error instanceof CliError) throw error;
    throw new CliError(`timed out after ${formatDuration(globals.timeout)}: --timeout sets another limit`, {
      cause: error,
    });
  } finally {
    clearInterval(alive);
    await client.close();
  }
}

/** Never resolves: rejects with the reason when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
