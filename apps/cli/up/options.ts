/** The options of `millrace up`. */
export interface UpOptions {
  path?: string;
  dataDir: string;
  once?: boolean;
  dirty?: boolean;
  inMemory?: boolean;
  branch?: string;
  metricsAddr?: string;
}
