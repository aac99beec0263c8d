import type { Artifact } from '@millrace/api';

/** What an operation came to: the artifact that there is, or a new one. */
export interface Found {
  artifact: Artifact;
  isNew: boolean;
}

/** Of what Flux's API reference says where the spec says nothing. */
export const defaultTimeout = '60s';
export const defaultInterval = '1m';
