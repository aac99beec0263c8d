import { printableLine, withoutCredentials, withoutSecrets } from '@millrace/plain-text';

/** Why a store gave nothing: what the caller may want to tell apart. */
export type StoreFailure = 'no bucket' | 'refused' | 'busy' | 'unreachable' | 'invalid';

/** A store did not answer as it should. The message never holds a secret, and is the same each time. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly failure: StoreFailure;
  /** Milliseconds after which the store wants to be asked again, where it says so. */
  readonly retryAfter: number | undefined;

  constructor(failure: StoreFailure, message: string, retryAfter?: number) {
    super(message);
    this.failure = failure;
    this.retryAfter = retryAfter;
  }
}

/** What an SDK or a server said of a request that failed; no cause, for what SDKs throw holds the request. */
export interface Said {
  status: number | undefined;
  /** A word of the protocol: `AccessDenied`. */
  code?: string | undefined;
  message: string;
  retryAfter?: string | undefined;
}

/** @param secrets that the other side may repeat */
export function storeError({ status, code, message, retryAfter }: Said, secrets: string[]): StoreError {
  // Azure adds the number and the time of the request below: a condition must not change with each try.
  const [first = ''] = message.split(/[\r\n]/);
  const words = code && !first.startsWith(code) && /^\w{1,64}$/.test(code) ? `${code}: ${first}` : first;
  const said = printableLine(withoutSecrets(withoutCredentials(words), secrets));
  return new StoreError(failureOf(status), said || `status ${status}`, delay(retryAfter));
}

function failureOf(status: number | undefined): StoreFailure {
  if (status === undefined) return 'unreachable';
  if (status === 401 || status === 403) return 'refused';
  return status === 408 || status === 429 || status >= 500 ? 'busy' : 'invalid';
}

/** Nobody is left alone for longer, whatever they ask for; in milliseconds. */
const longestRest = 3600_000;

/** Seconds, or a date (RFC 9110, 10.2.3); in milliseconds. */
function delay(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wanted = /^[0-9]{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wanted) ? undefined : Math.min(Math.max(0, wanted), longestRest);
}
