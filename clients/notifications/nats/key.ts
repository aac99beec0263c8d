import { nkeys } from '@nats-io/nats-core/internal';
import { InvalidDestination } from '../errors.ts';

/** The key of a seed. Throws InvalidDestination: what the library says of a seed may hold parts of it, and is not repeated. */
export function keyOf(seed: string): nkeys.KeyPair {
  try {
    return nkeys.fromSeed(Buffer.from(seed));
  } catch {
    throw new InvalidDestination('the nkey is no seed of a NATS key');
  }
}
