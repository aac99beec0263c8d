import type { KubeObject } from '@millrace/kube';
import type { Choices, Comparison } from '../model/comparison.ts';
import type { Commit } from '../model/history-entry.ts';
import type { Found } from './comparison.ts';
import type { ValuesFound } from './value-origins.ts';
import type { Viewer } from './viewer.ts';

/** What a preview is of, and for whom: everything is read and tried in the name of the viewer. */
export interface PreviewOf {
  viewer: Viewer;
  /** The Kustomization or HelmRelease, as the viewer may read it. */
  object: KubeObject;
  signal: AbortSignal;
}

/** What objects are made of and would become: told by whoever serves the page and knows how they are made. */
export interface Previews {
  choices(of: PreviewOf): Promise<Choices>;
  /** Throws Error with what a build fails with. */
  compare(of: PreviewOf, between: { before: string; after: string }): Promise<Found>;
  /** What the values of a HelmRelease are made of, but for those that its chart has. */
  values(of: PreviewOf): Promise<ValuesFound>;
  /** The commits of revisions of the source, as far as they are known here, by revision. */
  commits(of: PreviewOf, revisions: readonly string[]): Promise<ReadonlyMap<string, Commit>>;
  /** What leads from a revision of the source back to an earlier one; undefined where that is not known here. */
  commitsBetween(of: PreviewOf, earlier: string, later: string): Promise<CommitRange | undefined>;
  /** The page is served no more. */
  stop(): Promise<void>;
}

/** The commits after an earlier one up to a later one, along the first parents. */
export interface CommitRange {
  /** The newest first. */
  commits: { id: string; subject: string; isMerge: boolean }[];
  /** Whether the earlier one is in the history of the later one. */
  isAncestor: boolean;
  /** Whether there are more than can be listed. */
  isCut: boolean;
}

/** A request about previews. */
export interface PreviewRequest {
  viewer: Viewer;
  query: URLSearchParams;
  signal: AbortSignal;
}

export interface PreviewAnswers {
  choices(request: PreviewRequest): Promise<Choices>;
  compare(request: PreviewRequest): Promise<Comparison>;
  values(of: PreviewOf): Promise<ValuesFound>;
  commits: Previews['commits'];
  commitsBetween: Previews['commitsBetween'];
}
