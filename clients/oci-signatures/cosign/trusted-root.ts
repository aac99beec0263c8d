import { TrustedRoot } from '@sigstore/protobuf-specs';
import { SignatureError, said } from '../errors.ts';

/** The public root of trust of Sigstore, as its TUF repository has it now. */
export interface SigstoreRoots {
  /** JSON. Throws SignatureError where it cannot be had. */
  public(): Promise<string>;
}

/** How long one is good for, and how often one that cannot be had is asked for; in milliseconds. */
const lifetime = 24 * 3600_000;
const rest = 60_000;

/** @param folder where it is kept, with what proves it */
export function sigstoreRoots(folder: string, now: () => number = Date.now): SigstoreRoots {
  let kept: { root: Promise<string>; until: number } | undefined;
  return {
    public() {
      if (kept && kept.until > now()) return kept.root;
      const root = fetchRoot(folder);
      kept = { root, until: now() + lifetime };
      root.catch(() => {
        kept = { root, until: now() + rest };
      });
      return root;
    },
  };
}

async function fetchRoot(folder: string): Promise<string> {
  try {
    // Only who verifies so needs it: it costs much to load.
    const { getTrustedRoot } = await import('@sigstore/tuf');
    const root = await getTrustedRoot({ cachePath: folder, timeout: 10_000, retry: { retries: 1 } });
    return JSON.stringify(TrustedRoot.toJSON(root));
  } catch (cause) {
    throw new SignatureError(`unable to initialize trusted root: ${said(cause)}`);
  }
}
