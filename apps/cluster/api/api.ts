import type { Access } from '../access/access.ts';
import type { Authenticator } from '../access/authenticate.ts';
import type { Tokens } from '../access/tokens.ts';
import type { Admission } from '../admission/admission.ts';
import type { Webhooks } from '../admission/webhooks.ts';
import type { User } from '../http/authenticate.ts';
import type { Store } from '../store/store.ts';
import type { OpenApi } from './openapi.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';

/** What every verb works on. */
export interface Api {
  readonly store: Store;
  readonly registry: Registry;
  readonly openapi: OpenApi;
  now(): Date;
}

/** Who may do what, and how the API learns who asks. */
export interface Gate {
  readonly access: Access;
  readonly authenticator: Authenticator;
  readonly tokens: Tokens;
  readonly webhooks: Webhooks;
}

/** The object or collection that a request means. */
export interface Target {
  readonly resource: Resource;
  /** Empty for cluster-scoped resources and for collections over all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** How a write is to be done. */
export interface WriteOptions {
  /** The name under which managedFields keep what this writer set. */
  readonly manager: string;
  /** On whose behalf; undefined for the control plane itself, which may do everything. */
  readonly writer?: Writer;
  /** Webhooks and policies that have a say in it; none for the control plane's own writes. */
  readonly admission?: Admission;
  readonly dryRun: boolean;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** What strict decoding found wrong with the text of the body, such as duplicate fields. */
  readonly textProblems?: readonly string[];
  /** Told of everything that the client should see in a Warning header. */
  warn(text: string): void;
}

/** A user who writes, held against what they may do. */
export interface Writer {
  readonly user: User;
  readonly access: Access;
}

/** Time as Kubernetes writes it: UTC, whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
