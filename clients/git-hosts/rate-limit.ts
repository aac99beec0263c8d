/** Milliseconds that are waited because a host asks for it. */
const longestWait = 120_000;

/**
 * Whether to ask again, and in how many milliseconds: 0 where the host says nothing of it, undefined where the answer
 * stands. A limit of GitHub is a 403 (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api);
 * what may have been done already is not done again.
 */
export function patienceFor(
  status: number,
  headers: Record<string, string>,
  { isRepeatable }: { isRepeatable: boolean },
  now = Date.now(),
): number | 'too long' | undefined {
  const after = secondsOf(headers['retry-after'], now);
  const isSpent = headers['x-ratelimit-remaining'] === '0' || headers['ratelimit-remaining'] === '0';
  const isLimit = status === 429 || (status === 403 && (after !== undefined || isSpent));
  const isBusy = status === 502 || status === 503 || status === 504;
  if (!isLimit && !(isBusy && (isRepeatable || after !== undefined))) return undefined;
  const reset = headers['x-ratelimit-reset'] ?? headers['ratelimit-reset'];
  const until = isLimit && isSpent && reset !== undefined ? Number(reset) * 1000 - now : undefined;
  const wait = after !== undefined ? after * 1000 : (until ?? 0);
  if (!Number.isFinite(wait) || wait <= 0) return 0;
  return wait > longestWait ? 'too long' : wait;
}

/** A number of seconds, or a date (RFC 9110, 10.2.3). */
function secondsOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
