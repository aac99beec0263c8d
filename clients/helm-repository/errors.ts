/** Why a repository gave nothing: what the caller may want to tell apart. */
export type HelmRepositoryFailure = 'authentication' | 'not-found' | 'busy' | 'unreachable' | 'invalid';

/** A repository did not answer as it should. The message names the URL, without credentials. */
export class HelmRepositoryError extends Error {
  override readonly name = 'HelmRepositoryError';
  readonly failure: HelmRepositoryFailure;
  /** Milliseconds after which the server wants to be asked again, where it says so. */
  readonly retryAfter: number | undefined;

  constructor(
    failure: HelmRepositoryFailure,
    message: string,
    options: { cause?: unknown; retryAfter?: number | undefined } = {},
  ) {
    super(message, options);
    this.failure = failure;
    this.retryAfter = options.retryAfter;
  }
}
