import type { ArtifactGenerator } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import type { Operations, Sources, WaitFor } from '@millrace/controller';
import type { KubeClient, KubeObject, WatchCache } from '@millrace/kube';
import type { Composer } from './compose/composer.ts';

/** What a reconcile works with. */
export interface Deps {
  client: KubeClient;
  storage: Storage;
  /** Where sources lie while artifacts are made of them. */
  folder: string;
  sources: Sources;
  /** ExternalArtifacts, by the uid of their generator. */
  external(): WatchCache<KubeObject>;
  waitFor: WaitFor;
  operations: Operations<Built[]>;
  composer: Composer;
  /** The generator of a uid, where there is one. */
  generator(uid: string): ArtifactGenerator | undefined;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** --requeue-dependency, in milliseconds. */
  recheckAfter: number;
  /** --http-retry. */
  fetchRetries: number;
  /** --reconciliation-timeout, in milliseconds. */
  timeout: number;
}

/** An artifact that was made, as it lies in the store. */
export interface Built {
  name: string;
  labels: Record<string, string>;
  /** As the spec wants it: the alias of the source whose it is. */
  revision: string | undefined;
  originRevision: string | undefined;
  path: string;
  digest: string;
  size: number;
}
