import { parentPort } from 'node:worker_threads';

/** What a thread says to whoever asked: parts of the result, and at last that it is whole, or why it is not. */
export type Answer<Part> =
  | { kind: 'part'; part: Part }
  | { kind: 'done' }
  | { kind: 'failed'; message: string };

/** Sends one part of the result. Parts that are taken over in some milliseconds keep the other side free. */
export type Respond<Part> = (part: Part) => void;

/** The other side of `threads`: what the file of a thread calls, once, to answer one task after the other. */
export function answerTasks<Task, Part>(
  answer: (task: Task, respond: Respond<Part>) => Promise<void> | void,
): void {
  const port = parentPort;
  if (!port) throw new Error('this file is to be run in a thread');
  port.on('message', async (task: Task) => {
    const say = (said: Answer<Part>) => port.postMessage(said);
    try {
      await answer(task, part => say({ kind: 'part', part }));
      say({ kind: 'done' });
    } catch (error) {
      say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
}
