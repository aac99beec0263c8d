import { InvalidDestination } from '../errors.ts';
import { unescaped } from '../url.ts';
import type { NatsLogin } from './message.ts';

/** What the Secret of a Provider lets in by, in the order in which Flux looks for it: a file of credentials, or a key. */
export function secretLogin(secret: Record<string, Uint8Array>): NatsLogin | undefined {
  const text = (name: string) => (Object.hasOwn(secret, name) ? Buffer.from(secret[name]!).toString() : '');
  if (text('creds') !== '') return credentialsIn(text('creds'));
  return text('nkey') === '' ? undefined : { seed: requireSeed(text('nkey')) };
}

/** `nats://user:password@host`, or `nats://token@host`. */
export function urlLogin({ username, password }: URL): NatsLogin {
  if (username === '') return {};
  const [user, pass] = [unescaped(username), unescaped(password)];
  return password === '' ? { token: user } : { user, pass };
}

/**
 * What a file of credentials holds between its marks: the token of a user, and the seed that proves it. The library
 * would look for them by an expression that takes minutes for a line of some hundred dashes.
 */
function credentialsIn(file: string): NatsLogin {
  const lines = file.split(/\r?\n/).map(line => line.trim());
  const [jwt, seed] = lines.filter((_, i) => lines[i - 1]?.startsWith('-----BEGIN '));
  if (!jwt || !seed)
    throw new InvalidDestination('creds is no file of NATS credentials: it needs a JWT and a seed');
  return { jwt, seed: requireSeed(seed) };
}

/** By its looks: whether it is whole is found when an event comes. */
function requireSeed(text: string): string {
  const seed = text.trim();
  if (!/^S[A-Z2-7]{57}$/.test(seed)) throw new InvalidDestination('the nkey is no seed of a NATS key');
  return seed;
}
