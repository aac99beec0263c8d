/** How large an artifact may be. The defaults are generous for manifests and stop bombs. */
export interface Limits {
  /** Bytes of the archive as it is downloaded. */
  compressed: number;
  /** Bytes of all files together. */
  total: number;
  /** Files and folders. */
  entries: number;
}

export const defaultLimits: Limits = { compressed: 100 * 2 ** 20, total: 500 * 2 ** 20, entries: 100_000 };

/** An artifact cannot be used: it is not what its digest says, too large, or holds what no artifact may hold. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}
