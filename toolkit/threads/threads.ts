import module from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Answer } from './answer.ts';
import { FairQueue } from './fair-queue.ts';

export interface ThreadsOptions {
  /** The module that a thread runs; it calls `answerTasks`. */
  file: URL;
  /** How many threads work at once, those with slow tasks aside. */
  size: number;
  /** How many more there may be while others are busy with slow tasks. */
  extra?: number;
  /** MiB that a thread may take before it is ended. */
  memory: number;
  /** Milliseconds after which a task is slow. */
  slowAfter?: number;
  /** Milliseconds without work after which a thread ends, and gives its memory back. */
  idleAfter?: number;
}

export interface RunOptions {
  /** Who asks. Groups take turns, and one with a slow task waits for that before its next. */
  group: string;
  /** Milliseconds of work after which the task is ended. */
  timeout: number;
  signal?: AbortSignal | undefined;
}

/** Threads that answer tasks. A task that is ended takes its thread along, and no other task. */
export interface Threads<Task, Part> {
  /** All parts of the result, in their order. Throws TaskFailed, or the signal's reason. */
  run(task: Task, options: RunOptions): Promise<Part[]>;
  /** A task is about to come: where there is no thread, one is started, which takes as long as many a task. */
  warm(): void;
  stop(): Promise<void>;
}

/** The task did not come to its end. */
export class TaskFailed extends Error {
  override readonly name = 'TaskFailed';
  /** `refused`: the task itself threw. */
  readonly why: 'refused' | 'timeout' | 'memory' | 'crashed';

  constructor(why: 'refused' | 'timeout' | 'memory' | 'crashed', message: string) {
    super(message);
    this.why = why;
  }
}

interface Job<Task, Part> extends RunOptions {
  task: Task;
  parts: Part[];
  resolve(parts: Part[]): void;
  reject(error: unknown): void;
}

const defaults = { extra: 4, slowAfter: 2000, idleAfter: 20_000 };

export function threads<Task, Part>(options: ThreadsOptions): Threads<Task, Part> {
  return new Pool<Task, Part>({ ...defaults, ...options });
}

class Pool<Task, Part> implements Threads<Task, Part> {
  readonly #options: Required<ThreadsOptions>;
  readonly #queue = new FairQueue<Job<Task, Part>>();
  readonly #idle: Thread<Task, Part>[] = [];
  readonly #all = new Set<Thread<Task, Part>>();
  #busy = 0;
  #slow = 0;
  #stopped = false;

  constructor(options: Required<ThreadsOptions>) {
    this.#options = options;
  }

  run(task: Task, options: RunOptions): Promise<Part[]> {
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(options.signal.reason);
      const job: Job<Task, Part> = { ...options, task, parts: [], resolve, reject };
      const drop = () => {
        if (this.#queue.remove(job.group, job)) reject(options.signal?.reason);
      };
      options.signal?.addEventListener('abort', drop, { once: true });
      this.#queue.add(job.group, job);
      this.#hand();
    });
  }

  warm(): void {
    if (!this.#stopped && this.#all.size === 0) this.#rest(this.#start());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const ended = new DOMException('the threads are stopping', 'AbortError');
    for (const job of this.#queue.clear()) job.reject(ended);
    await Promise.all([...this.#all].map(thread => thread.end()));
  }

  #hand(): void {
    const { size, extra } = this.#options;
    while (!this.#stopped && this.#busy - Math.min(this.#slow, extra) < size) {
      const job = this.#queue.take();
      if (!job) return;
      void this.#work(job);
    }
  }

  async #work(job: Job<Task, Part>): Promise<void> {
    const thread = this.#idle.pop() ?? this.#start();
    this.#busy++;
    let slow = false;
    const timer = setTimeout(() => {
      slow = true;
      this.#slow++;
      this.#queue.hold(job.group);
      this.#hand();
    }, this.#options.slowAfter).unref();
    try {
      job.resolve(await thread.answer(job));
    } catch (error) {
      job.reject(error);
    }
    clearTimeout(timer);
    this.#busy--;
    if (slow) {
      this.#slow--;
      this.#queue.release(job.group);
    }
    if (thread.alive) this.#rest(thread);
    this.#hand();
  }

  #start(): Thread<Task, Part> {
    const thread = new Thread<Task, Part>(this.#options, () => {
      this.#all.delete(thread);
      this.#leave(thread);
    });
    this.#all.add(thread);
    return thread;
  }

  #leave(thread: Thread<Task, Part>): void {
    const place = this.#idle.indexOf(thread);
    if (place >= 0) this.#idle.splice(place, 1);
  }

  #rest(thread: Thread<Task, Part>): void {
    this.#idle.push(thread);
    thread.whenIdle(this.#options.idleAfter, () => {
      this.#leave(thread);
      void thread.end();
    });
  }
}

/** Threads do not know by themselves where their process keeps compiled code; below that folder Node makes one of its own. */
function withCompileCache(): NodeJS.ProcessEnv {
  const folder = module.getCompileCacheDir?.();
  return folder ? { ...process.env, NODE_COMPILE_CACHE: dirname(folder) } : process.env;
}

/** One worker thread; when it dies, only the task that it was busy with fails. */
class Thread<Task, Part> {
  readonly #worker: Worker;
  readonly #memory: number;
  #idle: NodeJS.Timeout | undefined;
  #fail: ((error: Error) => void) | undefined;
  alive = true;

  constructor({ file, memory }: Required<ThreadsOptions>, gone: () => void) {
    this.#memory = memory;
    // Tasks make much garbage that is soon forgotten: a nursery of 1 MB keeps the process small.
    const resourceLimits = { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: 3 };
    this.#worker = new Worker(file, { resourceLimits, env: withCompileCache() });
    this.#worker.unref();
    this.#worker.on('error', error => this.#died(error));
    this.#worker.on('exit', () => {
      this.#died(new TaskFailed('crashed', 'the thread ended'));
      gone();
    });
  }

  answer(job: Job<Task, Part>): Promise<Part[]> {
    clearTimeout(this.#idle);
    const { promise, resolve, reject } = Promise.withResolvers<Part[]>();
    const endWith = (error: unknown) => {
      reject(error);
      void this.end();
    };
    const overdue = () =>
      endWith(new TaskFailed('timeout', `not done after ${Math.round(job.timeout / 1000)} s of work`));
    const timer = setTimeout(overdue, Math.min(job.timeout, 2 ** 31 - 1));
    const aborted = () => endWith(job.signal?.reason);
    const hear = (said: Answer<Part>) => {
      if (said.kind === 'part') job.parts.push(said.part);
      else if (said.kind === 'done') resolve(job.parts);
      else reject(new TaskFailed('refused', said.message));
    };
    this.#fail = reject;
    job.signal?.addEventListener('abort', aborted, { once: true });
    this.#worker.on('message', hear);
    this.#worker.ref();
    if (job.signal?.aborted) aborted();
    else this.#worker.postMessage(job.task);
    return promise.finally(() => {
      clearTimeout(timer);
      job.signal?.removeEventListener('abort', aborted);
      this.#worker.off('message', hear);
      this.#worker.unref();
      this.#fail = undefined;
    });
  }

  whenIdle(milliseconds: number, call: () => void): void {
    this.#idle = setTimeout(call, milliseconds).unref();
  }

  async end(): Promise<void> {
    clearTimeout(this.#idle);
    this.alive = false;
    await this.#worker.terminate();
  }

  #died(error: Error & { code?: string }): void {
    this.alive = false;
    const tooLarge = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#fail?.(
      tooLarge
        ? new TaskFailed('memory', `more than ${this.#memory} MiB of memory are needed`)
        : error instanceof TaskFailed
          ? error
          : new TaskFailed('crashed', error.message),
    );
  }
}
