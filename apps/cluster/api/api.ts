import type { Access } from '../access/access.ts';
import type { Admission } from '../admission/admission.ts';
import type { User } from '../http/authenticate.ts';
import type { Store } from '../store/store.ts';
import type { OpenApi } from './openapi.ts';
import type { Registry } from './registry.ts';
import type { TextProblems } from './text-problems.ts';

export type { Target } from './target.ts';

/** What every verb works on. */
export interface Api {
  readonly store: Store;
  readonly registry: Registry;
  readonly openapi: OpenApi;
  now(): Date;
  /** Parts of the built-in admission that are off, as by kube-apiserver's `--disable-admission-plugins`. */
  readonly disabledAdmission?: ReadonlySet<string>;
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
  readonly textProblems?: TextProblems;
  /** To a patch the uid is one of the fields, which cannot change; in a replacement it says which object is meant. */
  readonly uidIsField?: boolean;
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
  const second = Math.floor(date.getTime() / 1000);
  if (second !== latest.second) latest = { second, text: `${date.toISOString().slice(0, 19)}Z` };
  return latest.text;
}

/** Many objects are written within a second, each with several times. */
let latest = { second: Number.NaN, text: '' };
