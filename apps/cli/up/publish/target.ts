import type { PushableRegistry } from '@millrace/oci';

/** Where the content of a folder goes. */
export interface Target {
  /** The name of a repository, or of a path of them. */
  path: string;
  /** The one tag that it is to have. */
  tag: string | undefined;
  /** Ask the registry for a repository, and let it go when that is done. */
  within<T>(path: string, ask: (to: PushableRegistry) => Promise<T>): Promise<T>;
  /** By repository: the digest of what every tag means. */
  anything: Map<string, string>;
  signal: AbortSignal;
}
