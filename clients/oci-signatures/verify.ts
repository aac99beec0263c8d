import { verifyByIdentities } from './cosign/identities.ts';
import { verifyByKeys } from './cosign/keys.ts';
import { verifyNotation } from './notation/verify.ts';
import type { SignatureStore } from './store.ts';
import type { Signed, Trust, Verdict } from './trust.ts';

/**
 * Whether an artifact is signed by somebody who is trusted. Throws SignatureError where it is not, and what the store
 * throws.
 */
export async function verifySignature(
  signed: Signed,
  trust: Trust,
  store: SignatureStore,
  signal: AbortSignal,
  now = new Date(),
): Promise<Verdict> {
  switch (trust.by) {
    case 'cosign keys':
      await verifyByKeys(signed, trust.keys, store, signal);
      return 'verified';
    case 'cosign identities':
      await verifyByIdentities(signed, trust.identities, trust.root, store, signal);
      return 'verified';
    case 'notation':
      return verifyNotation(signed, trust, store, signal, now);
  }
}
