/** The options of `millrace up`. */
export interface UpOptions {
  path?: string;
  dataDir: string;
  once?: boolean;
  dirty?: boolean;
  inMemory?: boolean;
  branch?: string;
  /** Make a repository that the cluster manages itself from, in the place of the sample. */
  bootstrap?: boolean;
  /** Follow nothing: the cluster is to be bootstrapped. */
  empty?: boolean;
  metricsAddr?: string;
  /** Whether the page is served. */
  web: boolean;
  /** What becomes of notifications: print, send, off. */
  notifications: string;
  /** A file that gets a line for each change that a reconcile makes to an object. */
  auditLog?: string;
  /** `false` with --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  defaultServiceAccount?: string;
  /** Files with objects that the cluster has and Git has not. */
  with?: string[];
  /** `URL=PLACE`: what is fetched from elsewhere. */
  map?: string[];
}
