import type { OCIRepository } from '@millrace/api';
import { Failed, findCondition } from '@millrace/controller';
import type { Registry, RepositoryName } from '@millrace/oci';
import { type SigstoreRoots, verifySignature } from '@millrace/oci-signatures';
import { providerOf, trustOf, type VerificationSecrets, type Verify } from '../signatures/trust.ts';
import type { Target } from './target.ts';

/**
 * Verify what the target is signed by, where that has not been done for this revision and spec. Returns what is to be
 * said of it; undefined where nothing is. Throws Failed with the condition SourceVerified.
 */
export async function verifyTarget(
  repo: OCIRepository,
  secrets: VerificationSecrets,
  { host, path }: RepositoryName,
  target: Target,
  from: Registry,
  roots: SigstoreRoots,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { verify } = repo.spec;
  if (!verify || isVerified(repo, target)) return undefined;
  const signed = { repository: `${host}/${path}`, digest: target.digest };
  try {
    const what = `${signed.repository}@${signed.digest}`;
    const trust = trustOf(verify, repo.metadata.namespace ?? '', secrets, what, roots);
    const verdict = await verifySignature(signed, trust, from, signal);
    return verdict === 'verified' ? `verified signature of revision ${target.revision}` : undefined;
  } catch (cause) {
    signal.throwIfAborted();
    throw refusal(verify, cause);
  }
}

function isVerified({ spec: _, status, metadata }: OCIRepository, { revision }: Target): boolean {
  const said = findCondition(status?.conditions, 'SourceVerified');
  return (
    status?.artifact?.revision === revision &&
    said?.observedGeneration === metadata.generation &&
    said?.status !== 'False'
  );
}

function refusal(verify: Verify, cause: unknown): Failed {
  const said = cause instanceof Error ? cause.message : String(cause);
  const reason = 'VerificationError';
  const message = `failed to verify the signature using provider '${providerOf(verify)}': ${said}`;
  return new Failed(reason, message, {
    cause,
    conditions: { SourceVerified: { status: 'False', reason, message } },
  });
}
