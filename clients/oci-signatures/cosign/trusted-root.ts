import { TrustedRoot } from '@sigstore/protobuf-specs';
import { SignatureError, said } from '../errors.ts';

/**
 * The public root of trust of Sigstore, as its TUF repository has it now; or that of another, where the environment names
 * one as it does for cosign: `TUF_MIRROR` (its URL) and `TUF_ROOT_JSON` (the file of its first root), which go together.
 */
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
    const root = await getTrustedRoot({
      cachePath: folder,
      timeout: 10_000,
      retry: { retries: 1 },
      ...otherRepository(process.env),
    });
    return JSON.stringify(TrustedRoot.toJSON(root));
  } catch (cause) {
    throw new SignatureError(`unable to initialize trusted root: ${said(cause)}`);
  }
}

function otherRepository({ TUF_MIRROR: mirror, TUF_ROOT_JSON: rootPath }: NodeJS.ProcessEnv) {
  if (!mirror) return {};
  if (!rootPath) throw new Error('TUF_MIRROR is set, but TUF_ROOT_JSON does not name the root.json of it');
  // What is trusted is what the file says now, not what it said when it was read first.
  return { mirrorURL: mirror.replace(/(?<!\/)\/+$/, ''), rootPath, forceInit: true };
}
