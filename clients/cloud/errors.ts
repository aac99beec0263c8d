import { printableLine, withoutCredentials, withoutSecrets } from '@millrace/plain-text';

/**
 * A cloud did not give what was asked for, or was asked for what cannot be. The message is for the person who must
 * act. It carries no cause: what the SDKs throw holds the request with its tokens.
 */
export class CloudError extends Error {
  override readonly name = 'CloudError';

  constructor(message: string, options?: ErrorOptions) {
    super(printableLine(withoutCredentials(message), 1024), options);
  }
}

/** `what` failed, and why: what an SDK or a server said of it, without the secrets that it may repeat. */
export function failure(what: string, cause: unknown, secrets: (string | undefined)[] = []): CloudError {
  const said = cause instanceof Error ? messageOf(cause) : String(cause);
  return new CloudError(`${what}: ${withoutSecrets(said.replace(ofTheMoment, ''), secrets)}`);
}

/** What Azure adds is another each time: a condition would change, and an event be sent, with each try. */
const ofTheMoment =
  /(?: -)? (?:Trace ID|Correlation ID|Timestamp): (?:[0-9a-f-]{36}|Not Available|[0-9-]{10} [0-9:]{8}Z)/g;

/** AWS names its errors and says little more: `AccessDenied: User is not authorized …`. */
function messageOf(error: Error): string {
  // The parser quotes what it read.
  if (error instanceof SyntaxError) return 'the answer cannot be read';
  const plain = ['Error', 'CloudError', 'HttpError', 'TypeError'].includes(error.name);
  return plain || error.message.startsWith(error.name) ? error.message : `${error.name}: ${error.message}`;
}
