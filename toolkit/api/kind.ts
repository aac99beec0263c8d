import type { JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import type { Static, TSchema } from 'typebox';

/** What a condition says: metav1.Condition. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface PrinterColumn {
  name: string;
  type: 'string' | 'date' | 'integer' | 'boolean';
  jsonPath: string;
  priority?: number;
}

/**
 * A version that manifests in Git still name. The API server converts between versions by their names only, so what is
 * served in it has the shape of the current one, but for fields that have lost their meaning and have no effect;
 * what has another shape becomes the current one before it is applied.
 */
export interface FormerVersion {
  name: string;
  /** The spec as it is served. */
  spec: TSchema;
  /** The spec of a manifest in the shape of the current version; the same where nothing has moved. */
  upgrade?(spec: JsonObject): JsonObject;
}

/** One of Millrace's own kinds: what its CRD and its TypeScript type are made from. */
export interface Kind<Spec extends TSchema = TSchema, Status extends TSchema = TSchema> {
  group: string;
  /** The version in which objects are stored and by which controllers read them. */
  version: string;
  /** Served, with a warning. */
  formerVersions: FormerVersion[];
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  columns: PrinterColumn[];
  spec: Spec;
  status: Status;
}

/** The fields of status that all kinds share. */
export interface CommonStatus {
  observedGeneration?: number;
  lastHandledReconcileAt?: string;
  conditions?: Condition[];
}

/** An object of a kind, as controllers see it: with defaults applied and its fields checked. */
export interface Resource<Spec = unknown, Status extends CommonStatus = CommonStatus> extends KubeObject {
  spec: Spec;
  status?: Status;
}

export type ResourceOf<K extends Kind> = Resource<Static<K['spec']>, Static<K['status']> & CommonStatus>;

export function defineKind<Spec extends TSchema, Status extends TSchema>(
  kind: Kind<Spec, Status>,
): Kind<Spec, Status> {
  return kind;
}

/** `source.toolkit.fluxcd.io/v1`. */
export function apiVersionOfKind(kind: Kind): string {
  return `${kind.group}/${kind.version}`;
}
