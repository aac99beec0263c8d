/** The options of `millrace up`. */
export interface UpOptions {
  path?: string;
  dataDir: string;
  once?: boolean;
  dirty?: boolean;
  inMemory?: boolean;
  branch?: string;
  metricsAddr?: string;
  /** Files with objects that the cluster has and Git has not. */
  with?: string[];
  /** `URL=PLACE`: what is fetched from elsewhere. */
  map?: string[];
}
