/** Why a registry gave nothing: what the caller may want to tell apart. */
export type RegistryFailure = 'authentication' | 'not-found' | 'busy' | 'unreachable' | 'invalid';

/** A registry did not answer as it should. The message names registry and repository, and never a secret. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly failure: RegistryFailure;
  /** Milliseconds after which the registry wants to be asked again, where it says so. */
  readonly retryAfter: number | undefined;

  constructor(
    failure: RegistryFailure,
    message: string,
    options: { cause?: unknown; retryAfter?: number | undefined } = {},
  ) {
    super(message, options);
    this.failure = failure;
    this.retryAfter = options.retryAfter;
  }
}
