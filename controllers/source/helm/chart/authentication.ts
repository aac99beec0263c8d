import { HelmRepositoryError } from '@millrace/helm-repository';
import { RegistryError } from '@millrace/oci';

/** A repository does not let us in, or we do not trust it. */
export class Authentication extends Error {
  override readonly name = 'Authentication';

  constructor(problem: string, options: { cause?: unknown } = {}) {
    super(`failed to authenticate with the Helm repository: ${problem}`, options);
  }
}

/** Flux counts certificates that are not trusted, or not shown, among the failures to log in. */
export function isAuthentication(error: unknown): boolean {
  if (!(error instanceof HelmRepositoryError || error instanceof RegistryError)) return false;
  return error.failure === 'authentication' || isOfTls(error.cause);
}

const tlsCodes = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO)/;

function isOfTls(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && tlsCodes.test(code);
}
