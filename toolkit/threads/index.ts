export { type Answer, answerTasks, type Respond } from './answer.ts';
export { type RunOptions, TaskFailed, type Threads, type ThreadsOptions, threads } from './threads.ts';
