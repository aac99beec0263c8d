import type { JsonObject } from '@millrace/json';
import type { ObjectRef } from '@millrace/kube';

/**
 * What happens to one Kustomization, named `app`, in a namespace of its own, and to the source `fleet` beside it. The
 * same steps are played with Flux's kustomize-controller, which writes the golden files, and with ours.
 */
export interface Scenario {
  /** Of the golden file and the namespace: a DNS label. */
  name: string;
  /** Other objects to record, beside those of the inventory. */
  look?: ObjectRef[] | undefined;
  steps: Step[];
}

/** What a test writes down as it is. */
export type Plain = Record<string, unknown>;

/** Everything in a step is done in the order of these members; then the Kustomization is left to settle. */
export interface Step {
  does: string;
  /** Objects that a person applies, in the scenario's namespace where they name none. */
  objects?: Plain[] | undefined;
  /** What a person changes by hand: merge patches. */
  change?: { ref: ObjectRef; patch: Plain; subresource?: 'status' | undefined }[] | undefined;
  remove?: ObjectRef[] | undefined;
  /** A new revision: files by path, null for those that go. */
  files?: Record<string, string | null | undefined> | undefined;
  /** Metadata of the artifact: its origin. */
  artifactMetadata?: Record<string, string> | undefined;
  /** Members of the spec of the Kustomization, as a merge patch. */
  spec?: Plain | undefined;
  /** Annotations and labels of the Kustomization. */
  metadata?: Plain | undefined;
  /** Ask for a reconcile by annotation. */
  request?: boolean | undefined;
  /** Delete the Kustomization. */
  deleted?: boolean | undefined;
  /** Nothing is expected to come of it. */
  rests?: boolean | undefined;
  /** Wait for this status of the condition Ready, which the Kustomization may have after others. */
  becomes?: 'True' | 'False' | undefined;
}

/** What is seen after a step, but for what differs with every run. */
export interface Seen {
  does: string;
  kustomization: JsonObject | null;
  /** New ones, sorted. */
  events: JsonObject[];
  objects: JsonObject[];
}
