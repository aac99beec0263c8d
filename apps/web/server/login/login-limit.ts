/** How often somebody may try to log in: a burst, and as many again in a minute. */
const each = 120;
const all = 1200;
const minute = 60_000;
/** Addresses that are remembered; who comes from more of them at once meets the limit of all. */
const most = 10_000;

interface Bucket {
  left: number;
  at: number;
}

/** A limit of logins, for each address and for all together, in bounded memory. */
export interface LoginLimit {
  /** Whether one more may be tried now. */
  takes(address: string): boolean;
}

/** @param now milliseconds */
export function loginLimit(now: () => number = () => performance.now()): LoginLimit {
  const buckets = new Map<string, Bucket>();
  const whole: Bucket = { left: all, at: now() };
  return {
    takes(address) {
      const key = networkOf(address);
      const bucket = buckets.get(key) ?? { left: each, at: now() };
      // The one that was asked for longest ago is the first.
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > most)
        for (const oldest of buckets.keys()) return buckets.delete(oldest) && take(whole, all, now());
      return take(bucket, each, now()) && take(whole, all, now());
    },
  };
}

function take(bucket: Bucket, size: number, now: number): boolean {
  bucket.left = Math.min(size, bucket.left + ((now - bucket.at) * size) / minute);
  bucket.at = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

/** Whoever has an address of IPv6 has 2^64 of them. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  return address.split(':').slice(0, 4).join(':');
}
