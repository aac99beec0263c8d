import type { Artifact } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import type { Cloud, IdentityRules } from '@millrace/cloud';
import type { Operations, References } from '@millrace/controller';
import type { Packs } from './packs.ts';

/** What a reconcile works with. */
export interface Deps extends IdentityRules {
  storage: Storage;
  /** Where objects lie while an artifact is made of them, and what each was is remembered. */
  folder: string;
  references: References;
  operations: Operations<Found>;
  packs: Packs;
  cloud: Cloud;
}

/** What an operation came to: the artifact that there is, or a new one. */
export interface Found {
  artifact: Artifact;
  /** Its content is another than that of the artifact before. */
  isNew: boolean;
  /** How many objects there are. */
  count: number;
}
