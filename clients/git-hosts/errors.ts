import { printableLine, withoutCredentials, withoutSecrets } from '@millrace/plain-text';

/** A host did not do what it was asked. The message names the request and, where that is known, what to do. */
export class HostError extends Error {
  override readonly name = 'HostError';
  /** Undefined where there was no answer. */
  readonly status: number | undefined;

  /** @param secrets what was sent: a host may repeat it */
  constructor(message: string, secrets: readonly string[], status?: number, options?: ErrorOptions) {
    // Masked before it is cut: a part of a secret is none that would be found.
    super(printableLine(withoutCredentials(withoutSecrets(message, [...secrets])), 1024), options);
    this.status = status;
  }
}
