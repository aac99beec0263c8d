import type { JsonObject } from '@millrace/json';
import type { ObjectRef } from '@millrace/kube';
import type { Deed, Plain } from '../beside/scene.ts';

/**
 * What happens to one HelmRelease, named `app`, in a namespace of its own, and to the source `chart` beside it. The
 * same steps are played with Flux's helm-controller, which writes the golden files, and with ours.
 */
export interface Scenario {
  /** Of the golden file and the namespace: a DNS label. */
  name: string;
  /** It is played where the gates of `gates` are open. */
  gated?: boolean | undefined;
  /** Other objects to record, beside those of the inventory. */
  look?: ObjectRef[] | undefined;
  /** Namespaces where releases may be recorded, beside the scenario's own; made before it begins. */
  places?: string[] | undefined;
  /** Of the HelmRelease, where it is not `app`. */
  called?: string | undefined;
  /** The source is one of these, a HelmChart that the HelmRelease makes itself, or a HelmChart beside it. */
  source?: 'OCIRepository' | 'ExternalArtifact' | 'template' | undefined;
  /** Namespace of the source, one of `places`, where it is not the scenario's own. */
  sourceIn?: string | undefined;
  /** What becomes of workloads, by kind and name, from the moment that they are there: nobody runs any. */
  fates?: Record<string, Fate> | undefined;
  steps: Step[];
}

export type Fate = 'succeeds' | 'fails' | 'becomes ready';

/** A chart as it is published: files by path, without the folder of the chart. */
export interface ChartFiles {
  name?: string | undefined;
  version: string;
  appVersion?: string | undefined;
  /** Of an OCIRepository, where it is not the version. */
  tag?: string | undefined;
  files: Record<string, string>;
}

/** The chart changes before the rest is done; then the HelmRelease is left to settle. */
export interface Step extends Deed {
  chart?: ChartFiles | undefined;
  /** What somebody does to records of releases: members of the release, over those that it has; null removes it. */
  records?: { version: number; namespace?: string | undefined; release: Plain | null }[] | undefined;
  fates?: Record<string, Fate> | undefined;
  /** Beside `request`: that the release is forced, or its failures forgotten. */
  asks?: 'forceAt' | 'resetAt' | undefined;
  /** The same fails again and again: there is no end to wait for. */
  endless?: boolean | undefined;
}

/** What is seen after a step, but for what differs with every run. */
export interface Seen {
  does: string;
  release: JsonObject | null;
  /** New ones, sorted. */
  events: JsonObject[];
  /** What storage has. */
  records: JsonObject[];
  objects: JsonObject[];
}
