import type { Change } from '@millrace/json';

/** What two states of what an object is made of differ in, without what is secret. */
export interface Comparison {
  objects: ComparedObject[];
  /** How many objects are the same. */
  same: number;
  /** How many were not compared, for there are too many. */
  left: number;
  /** What is to be known of it beside. */
  notes: string[];
}

export type ComparedAction = 'created' | 'changed' | 'deleted' | 'skipped' | 'failed';

/** What would become of an object. */
export interface ComparedObject {
  /** `Deployment/shop/api`. */
  object: string;
  action: ComparedAction;
  /** As YAML; empty where there is none, or too much of it. */
  before: string;
  after: string;
  /** The same field by field, as far as it is readable. */
  fields: Change[];
  /** Why the texts are not shown, or why it cannot be compared. */
  problem?: string;
}

/** Something that can be compared: what is live, a revision, a release. */
export interface Choice {
  /** What it is asked for by. */
  name: string;
  label: string;
  /** Why it cannot be compared; it can where this is left out. */
  lost?: string;
}

/** What an object can be compared in. */
export interface Choices {
  before: Choice[];
  after: Choice[];
  /** What a newer state waits for: the source has it and it is not applied. */
  pending?: string;
}
