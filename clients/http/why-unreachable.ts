/**
 * Why a server could not be reached, for people: a line that is the same each time, for it becomes a condition. OpenSSL
 * tells of threads, of its sources and with a line break; Node advises flags that nobody can set.
 */
export function whyUnreachable(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return 'the connection failed';
  if ('library' in first && 'reason' in first) return `TLS failed: ${first.reason}`;
  return first.message.split('; if the root CA is installed locally', 1)[0] ?? '';
}

/** Whether the server speaks TLS: what failed is a certificate, its own or the one that it was shown. */
export function isCertificateProblem(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ALERT/.test(code);
}
