import { answerTasks } from '@millrace/threads';
import { type Composed, type Composition, compose } from './compose.ts';
import { ComposeError } from './compose-error.ts';

export type ComposePart =
  | { kind: 'composed'; artifacts: Composed[] }
  | { kind: 'refused'; message: string; isTerminal: boolean };

answerTasks<Composition, ComposePart>(async (composition, respond) => {
  try {
    // Who loses patience ends the thread.
    respond({ kind: 'composed', artifacts: await compose(composition, new AbortController().signal) });
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    respond({ kind: 'refused', message: error.message, isTerminal: error.isTerminal });
  }
});
