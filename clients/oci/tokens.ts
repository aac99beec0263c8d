/** What lets in, until it expires. */
interface Kept {
  authorization: string;
  /** In milliseconds since 1970. */
  expires: number;
}

/** Authorizations of registries, for who asks them again: one for the process. Bounded, the oldest go first. */
export interface Tokens {
  get(key: string): string | undefined;
  set(key: string, authorization: string, lifetime: number): void;
  delete(key: string): void;
}

const most = 1000;

/** A token that expires within this time is not used any more, in milliseconds. */
const margin = 10_000;

export function tokens(now: () => number = Date.now): Tokens {
  const kept = new Map<string, Kept>();
  return {
    get(key) {
      const found = kept.get(key);
      if (found && found.expires - margin > now()) return found.authorization;
      kept.delete(key);
      return undefined;
    },
    set(key, authorization, lifetime) {
      kept.delete(key);
      kept.set(key, { authorization, expires: now() + lifetime });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
    delete: key => void kept.delete(key),
  };
}
