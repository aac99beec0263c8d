import type { Artifact } from '@millrace/api';

/** A chart on offer. */
export interface Built {
  name: string;
  version: string;
  /** It was packed here; false where it was taken as it is. */
  isPackaged: boolean;
  /** What was found to be signed by somebody who is trusted. */
  isVerified: boolean;
  valuesFiles: string[];
  /** Dependencies that were added now. */
  resolved: number;
  artifact: Artifact;
  isNew: boolean;
}

/** The chart has dependencies of repositories of which it has not been told how they are reached. */
export interface Wanting {
  urls: string[];
}
