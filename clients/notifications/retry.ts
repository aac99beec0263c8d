import { DeliveryError } from './errors.ts';
import type { HttpAnswer } from './transport.ts';

/** Flux's: five tries, between two and thirty seconds apart, each wait twice the one before. */
export const tries = 5;
const waits = { first: 2_000, longest: 30_000 };

/** Too many requests, and what a server will be over with: hashicorp/go-retryablehttp, DefaultRetryPolicy. */
export function isWorthAnother(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}

/**
 * Whether a failure is the last word: a certificate that is not trusted will not be at the next try. What must be there
 * `once` is tried again only where it is known that nobody has taken it.
 */
export function isFinal(failure: HttpAnswer | DeliveryError, once: boolean): boolean {
  if (!(failure instanceof DeliveryError)) return once && !saysWhen(failure.status);
  const { cause } = failure;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (once) return !/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT/.test(code);
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|INVALID_ARG|ERR_TLS/.test(code);
}

/** Too many requests, or too much to do: the server has not begun, and may say when it will. */
function saysWhen(status: number): boolean {
  return status === 429 || status === 503;
}

/** In milliseconds, until the next. */
export function pause(tried: number, answer: HttpAnswer | undefined): number {
  const asked = answer && saysWhen(answer.status) ? retryAfter(answer.headers['retry-after']) : undefined;
  return asked ?? Math.min(waits.first * 2 ** (tried - 1), waits.longest);
}

/** RFC 9110, section 10.2.3: seconds, or a date. No timer is longer than a day. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), 86_400_000);
}
