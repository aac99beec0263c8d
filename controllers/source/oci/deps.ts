import type { Artifact } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import type { Cloud, CloudProvider, IdentityRules, Principal } from '@millrace/cloud';
import type { Operations, References } from '@millrace/controller';
import type { UrlMap } from '@millrace/git-access';
import type { RepositoryName, Tokens, Ways } from '@millrace/oci';
import type { SigstoreRoots } from '@millrace/oci-signatures';
import type { Access } from '@millrace/registry-access';
import type { VerificationSecrets } from '../signatures/trust.ts';
import type { Layers } from './layers.ts';

/** What a reconcile works with. */
export interface Deps extends IdentityRules {
  storage: Storage;
  references: References;
  operations: Operations<Found>;
  layers: Layers;
  tokens: Tokens;
  ways: Ways;
  cloud: Cloud;
  roots: SigstoreRoots;
  /** Repositories that are pulled from elsewhere than their URL says. */
  urls: UrlMap;
}

/** How the registry is reached, and who asks. */
export interface Way {
  /** As the spec has it: signatures are for this name. */
  name: RepositoryName;
  /** Where it is pulled from. */
  place: RepositoryName;
  access: Access;
  /** What spec.verify goes by. */
  verification: VerificationSecrets;
  /** Who asks a cloud for a login, where there are none. */
  identity?: { provider: CloudProvider; who: Principal };
}

/** What an operation came to: the artifact that there is, or a new one. */
export interface Found {
  artifact: Artifact;
  /** Its content is another than that of the artifact before. */
  isNew: boolean;
  /** What its signature is good for, where that was asked now. */
  verified?: string | undefined;
}
