/** An action on a release that failed, in Helm's words. */
export class ReleaseError extends Error {
  override readonly name: string = 'ReleaseError';
}

/** There is no release of that name. */
export class ReleaseNotFound extends ReleaseError {
  override readonly name = 'ReleaseNotFound';

  constructor() {
    super('release: not found');
  }
}

/** What an error says: the server's own words, where it was the server. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the server has said. */
export function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}
