/** How large an artifact may be. The defaults are generous for manifests and stop bombs. */
export interface Limits {
  /** Bytes of the archive as it is downloaded. */
  compressed: number;
  /** Bytes of the archive when it is unpacked. */
  total: number;
  /** Files, folders and links. */
  entries: number;
  /** Bytes of a path, and folders in it. */
  path: number;
  depth: number;
}

export const defaultLimits: Limits = {
  compressed: 100 * 2 ** 20,
  total: 500 * 2 ** 20,
  entries: 250_000,
  path: 4096,
  depth: 256,
};

/** An artifact cannot be used: it is not what its digest says, too large, or holds what no artifact may hold. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}

/** The server is away, or does not have the artifact, any more or yet. */
export class ArtifactUnavailable extends ArtifactError {
  /** What it has answered; undefined where it has not. */
  readonly status: number | undefined;

  constructor(message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options);
    this.status = options.status;
  }
}
