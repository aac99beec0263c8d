import type { KubeObject } from '@millrace/kube';
import type { Choices, Comparison } from '../model/comparison.ts';
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
}
