import { threadId } from 'node:worker_threads';
import { answerTasks } from '../answer.ts';

/** A thread for the tests: it does what it is told. */
answerTasks<{ do: string; value?: number }, unknown>(async (task, respond) => {
  switch (task.do) {
    case 'count':
      for (let i = 0; i < task.value!; i++) respond(i);
      return;
    case 'who':
      respond(threadId);
      return;
    case 'throw':
      throw new Error('no such thing');
    case 'spin':
      for (;;);
    case 'hoard': {
      const all: unknown[] = [];
      for (;;) all.push(new Array(10_000).fill(all.length));
    }
    case 'exit':
      process.exit(3);
  }
});
