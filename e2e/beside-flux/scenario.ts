import type { JsonObject } from '@millrace/json';
import type { ObjectRef } from '@millrace/kube';
import type { Deed } from '../beside/scene.ts';

/**
 * What happens to one Kustomization, named `app`, in a namespace of its own, and to the source `fleet` beside it. The
 * same steps are played with Flux's kustomize-controller, which writes the golden files, and with ours.
 */
export interface Scenario {
  /** Of the golden file and the namespace: a DNS label. */
  name: string;
  /** It is played where the gates of `gates` are open. */
  gated?: boolean | undefined;
  /** Kind of the source, where it is no GitRepository. */
  source?: 'OCIRepository' | 'Bucket' | 'ExternalArtifact' | undefined;
  /** Namespace of the source, one of `places`, where it is not the scenario's own. */
  sourceIn?: string | undefined;
  /** Namespaces beside the scenario's own; made before it begins. */
  places?: string[] | undefined;
  /** Other objects to record, beside those of the inventory. */
  look?: ObjectRef[] | undefined;
  steps: Step[];
}

/** Files change before the rest is done; then the Kustomization is left to settle. */
export interface Step extends Deed {
  /** A new revision: files by path, null for those that go. */
  files?: Record<string, string | null | undefined> | undefined;
  /** Metadata of the artifact: its origin. */
  artifactMetadata?: Record<string, string> | undefined;
}

/** What is seen after a step, but for what differs with every run. */
export interface Seen {
  does: string;
  kustomization: JsonObject | null;
  /** New ones, sorted. */
  events: JsonObject[];
  objects: JsonObject[];
}
