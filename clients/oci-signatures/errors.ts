/** An artifact is not signed as it has to be, or what it has to be signed by is no use. The message says which. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
}

/** What somebody threw, as text. */
export function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
