import module from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Cluster, ClusterOptions } from '../cluster.ts';
import type { DirectAnswer, DirectRequest } from '../direct/direct-exchange.ts';
import {
  BadFailureRule,
  BadIdentity,
  BadSnapshot,
  ClusterDied,
  PortTaken,
  StoreUnusable,
} from '../errors.ts';
import { kubeconfigFor } from '../pki/kubeconfig.ts';
import type { Call, Fault, Message, PlainOptions, Request, Result, Results, Serving } from './messages.ts';
import { Outbox } from './outbox.ts';

export interface ThreadOptions extends ClusterOptions {
  /**
   * Told when the thread ends by itself, for want of memory or by a fault of this program: all calls fail from then on.
   * Without it that ends the process, as any error that nobody has caught.
   */
  readonly onDeath?: (error: ClusterDied) => void;
  /** The thread ends rather than keep more than this in memory; by default what Node allows a process. */
  readonly maxHeapMegabytes?: number;
}

/** A cluster in a thread of this process. */
export interface ThreadCluster extends Cluster {
  /**
   * A request as the administrator, by messages in place of HTTP; watches and followed logs are not to be had so.
   * Throws ClusterDied where there is nobody to answer any more.
   */
  ask(request: DirectRequest): Promise<DirectAnswer>;
}

/** Sources run as they are; the bundle brings the thread as a file of its own beside it. */
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './cluster-thread.ts' : './cluster-thread.js',
  import.meta.url,
);

/**
 * Start an embedded Kubernetes API on loopback, in a thread of its own: neither does its work stop the caller's event
 * loop, nor the caller's work the API. Options are plain data, but for the log and `onDeath`.
 *
 * Throws what `startCluster` throws, and ClusterDied.
 */
export async function startClusterThread({
  log = () => {},
  onDeath,
  maxHeapMegabytes,
  ...options
}: ThreadOptions = {}): Promise<ThreadCluster> {
  const worker = new Worker(threadFile, {
    name: 'cluster',
    workerData: options satisfies PlainOptions,
    env: withCompileCache(),
    ...(maxHeapMegabytes && { resourceLimits: { maxOldGenerationSizeMb: maxHeapMegabytes } }),
  });
  const thread = new Thread(worker, log, onDeath);
  const { authority, ...serving } = await thread.serving;
  return {
    ...serving,
    kubeconfigFor: (user, groups = []) => kubeconfigFor(serving.url, authority, user, groups),
    ask: asked => thread.ask({ what: 'ask', asked }),
    snapshot: () => thread.ask({ what: 'snapshot' }),
    restore: snapshot => thread.ask({ what: 'restore', snapshot }),
    wipe: () => thread.ask({ what: 'wipe' }),
    stop: () => thread.stop(),
  };
}

/** The thread as the caller sees it: questions and their answers, until it ends. */
class Thread {
  readonly serving: Promise<Serving>;
  readonly #worker: Worker;
  readonly #outbox = new Outbox<Request>(all => this.#worker.postMessage(all));
  readonly #ended: Promise<void>;
  readonly #log: (line: string) => void;
  readonly #start = Promise.withResolvers<Serving>();
  readonly #asked = new Map<number, PromiseWithResolvers<Result>>();
  #last = 0;
  #dead: ClusterDied | undefined;
  #stopping: Promise<void> | undefined;

  constructor(worker: Worker, log: (line: string) => void, onDeath: ThreadOptions['onDeath']) {
    this.#log = log;
    this.serving = this.#start.promise;
    this.#worker = worker;
    let fault: unknown;
    let serves = false;
    this.serving.then(
      () => (serves = true),
      () => {},
    );
    this.#ended = new Promise(resolve => {
      this.#worker.on('message', (messages: Message[]) => {
        for (const message of messages) this.#hear(message);
      });
      this.#worker.on('error', error => (fault = error));
      this.#worker.on('exit', code => {
        resolve();
        if (this.#dead) return;
        const died = this.#die(fault ?? `it ended with ${code}`);
        if (this.#stopping) return;
        // Who still waits for the start hears of it there.
        if (!serves) return;
        if (!onDeath) throw died;
        onDeath(died);
      });
    });
  }

  ask<C extends Call>(call: C): Promise<Results[C['what']]> {
    if (this.#dead) return Promise.reject(this.#dead);
    const answer = Promise.withResolvers<Result>();
    const request: Request = { ...call, id: ++this.#last };
    this.#asked.set(request.id, answer);
    this.#outbox.add(request);
    return answer.promise as Promise<Results[C['what']]>;
  }

  /** Ends once, however often it is called, and whether the thread still answers or not. */
  stop(): Promise<void> {
    this.#stopping ??= this.#dead
      ? this.#ended
      : Promise.race([this.ask({ what: 'stop' }), this.#ended]).then(() => this.#ended);
    return this.#stopping;
  }

  #hear(message: Message): void {
    if (message.tell === 'log') this.#log(message.line);
    else if (message.tell === 'serving') this.#start.resolve(message.cluster);
    else if (message.tell === 'unable') this.#start.reject(errorOf(message.fault));
    else if (message.tell === 'done') this.#take(message.id)?.resolve(message.value);
    else this.#take(message.id)?.reject(errorOf(message.fault));
  }

  #take(id: number): PromiseWithResolvers<Result> | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }

  #die(cause: unknown): ClusterDied {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#dead = new ClusterDied(`the thread of the cluster has died: ${why}`, { cause });
    this.#start.reject(this.#dead);
    for (const { reject } of this.#asked.values()) reject(this.#dead);
    this.#asked.clear();
    return this.#dead;
  }
}

/**
 * A thread does not know by itself where its process keeps compiled code. Below the folder that is given, Node makes one
 * for its version, and tells of that one.
 */
function withCompileCache(): NodeJS.ProcessEnv {
  const folder = module.getCompileCacheDir?.();
  return folder ? { ...process.env, NODE_COMPILE_CACHE: dirname(folder) } : process.env;
}

const known = new Map(
  [BadFailureRule, BadIdentity, BadSnapshot, PortTaken, StoreUnusable].map(
    type => [type.name, type] as const,
  ),
);

/** An error of the class that it had in the thread. */
function errorOf({ name, message, stack }: Fault): Error {
  const error = new (known.get(name) ?? Error)(message);
  error.stack = stack;
  return error;
}
