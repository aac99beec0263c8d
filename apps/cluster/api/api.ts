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
  readonly dryRun: boolean;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** What strict decoding found wrong with the text of the body, such as duplicate fields. */
  readonly textProblems?: readonly string[];
  /** Told of everything that the client should see in a Warning header. */
  warn(text: string): void;
}

/** Time as Kubernetes writes it: UTC, whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
