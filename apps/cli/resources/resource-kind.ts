import type { Resource } from './resource.ts';

/** A column of `get`, between the name and READY. */
export interface Column {
  heading: string;
  value(resource: Resource): string;
}

export interface SourceRef {
  kind: string;
  name: string;
  namespace: string;
}

/**
 * What the command line knows of a kind. `get`, `reconcile`, `suspend`, `resume`, `export`, `events` and the
 * completions are written once and work from this.
 */
export interface ResourceKind {
  kind: string;
  apiVersion: string;
  /** How lines about it call it: `suspending source git podinfo`. */
  title: string;
  /** The command that its commands stand under: `reconcile source git`. */
  family?: Family;
  /** Its command (`reconcile kustomization`) and other names of it (`reconcile ks`). */
  command: string;
  aliases: string[];
  /** Its command where several are shown (`get kustomizations`); the singular is then another name of it. */
  plural?: string;
  columns: Column[];
  /** What `-o wide` shows besides. */
  wideColumns: Column[];
  /** The source that `--show-source` and `--with-source` look at; absent for kinds without one. */
  source?: (resource: Resource) => SourceRef;
  /** Whose events `events --for` shows beside the object's own, where that is not the source alone. */
  related?: (resource: Resource) => SourceRef[];
  /** What `--with-source` reconciles, where that is another object than the source that is shown. */
  reconciledSource?: (resource: Resource) => SourceRef;
  /** Whoever reconciles it as a source reconciles its own source before: a chart is made of what that has. */
  comesWithSource?: boolean;
  /** Only looked at: nothing reconciles it by a request, or it cannot be suspended. */
  readOnly?: boolean;
  /** No object of the kind is reconciled: there is nothing to ask for. */
  inert?: boolean;
  /** It is used as it is: there is nothing to reconcile, and how it is does not stand in its status. */
  isStatic?: (resource: Resource) => { message: string } | undefined;
  /** Messages hold versions that look like hashes, and are shown as they are. */
  exactMessages?: boolean;
  /** `reconcile` can force a release, or reset its failures. */
  releases?: boolean;
  /** The name of the Secret that `export --with-credentials` prints, beside the object; undefined for none. */
  secret?: (resource: Resource) => string | undefined;
  /** What to say when a reconcile has succeeded. */
  achieved(resource: Resource): string;
}

/** The word before the kind's own: `get sources git`, `suspend source git`. */
export type Family = 'source' | 'artifact' | 'image';
