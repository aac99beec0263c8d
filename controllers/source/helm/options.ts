import type { Storage } from '@millrace/artifact';
import type { Cloud } from '@millrace/cloud';
import type { UrlMap } from '@millrace/git-access';
import type { SigstoreRoots } from '@millrace/oci-signatures';
import type { HelmLimits } from './limits.ts';
import type { Works } from './work/works.ts';

/** What the controllers of HelmRepositories and HelmCharts share. */
export interface HelmOptions {
  storage: Storage;
  works: Works;
  limits: HelmLimits;
  /** Repositories that are fetched from elsewhere than their URL says: another URL, or a folder. */
  urls: UrlMap;
  cloud: Cloud;
  roots: SigstoreRoots;
  /** A folder for what is on its way; it is empty at the start. */
  scratch: string;
}
