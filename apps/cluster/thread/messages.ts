import type { ClusterOptions } from '../cluster.ts';
import type { DirectAnswer, DirectRequest } from '../direct/direct-exchange.ts';
import type { KeyPair } from '../pki/identity.ts';

/** Options that can cross to a thread. */
export type PlainOptions = Omit<ClusterOptions, 'log'>;

/** What the thread is asked once it serves. */
export type Call =
  | { readonly what: 'snapshot' | 'wipe' | 'stop' }
  | { readonly what: 'restore'; readonly snapshot: Uint8Array }
  | { readonly what: 'ask'; readonly asked: DirectRequest };

/** What each call brings. */
export interface Results {
  readonly snapshot: Uint8Array;
  readonly restore: undefined;
  readonly wipe: undefined;
  readonly stop: undefined;
  readonly ask: DirectAnswer;
}
export type Result = Results[keyof Results];

export type Request = Call & { readonly id: number };

/** An error as it crosses: its class does not, its name does. */
export interface Fault {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What the thread says. */
export type Message =
  | { readonly tell: 'log'; readonly line: string }
  | { readonly tell: 'serving'; readonly cluster: Serving }
  | { readonly tell: 'unable'; readonly fault: Fault }
  | { readonly tell: 'done'; readonly id: number; readonly value?: Result }
  | { readonly tell: 'failed'; readonly id: number; readonly fault: Fault };

/** What is known of a cluster once it serves. */
export interface Serving {
  readonly url: string;
  readonly kubeconfig: string;
  readonly kubeconfigPath?: string;
  /** Certificates for further users are made where they are asked for. */
  readonly authority: KeyPair;
}

export function faultOf(error: unknown): Fault {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}
