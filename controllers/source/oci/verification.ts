import type { OCIRepository } from '@millrace/api';
import { Failed, findCondition } from '@millrace/controller';
import type { KubeObject } from '@millrace/kube';
import type { Registry, RepositoryName } from '@millrace/oci';
import { type SigstoreRoots, type Trust, verifySignature } from '@millrace/oci-signatures';
import { binaryEntries, textIn } from '../secrets.ts';
import type { Target } from './target.ts';

/** The Secrets that spec.verify names, undefined where there is none of the name. */
export interface VerificationSecrets {
  trust?: KubeObject | undefined;
  root?: KubeObject | undefined;
}

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
  if (!repo.spec.verify || isVerified(repo, target)) return undefined;
  const signed = { repository: `${host}/${path}`, digest: target.digest };
  try {
    const trust = trustOf(repo, secrets, `${signed.repository}@${signed.digest}`, roots);
    const verdict = await verifySignature(signed, trust, from, signal);
    return verdict === 'verified' ? `verified signature of revision ${target.revision}` : undefined;
  } catch (cause) {
    signal.throwIfAborted();
    throw refusal(repo, cause);
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

function refusal({ spec }: OCIRepository, cause: unknown): Failed {
  const { provider = 'cosign', secretRef } = spec.verify ?? {};
  const who = provider === 'cosign' && !secretRef ? 'cosign keyless' : provider;
  const said = cause instanceof Error ? cause.message : String(cause);
  const reason = 'VerificationError';
  const message = `failed to verify the signature using provider '${who}': ${said}`;
  return new Failed(reason, message, {
    cause,
    conditions: { SourceVerified: { status: 'False', reason, message } },
  });
}

function trustOf(
  { spec, metadata }: OCIRepository,
  secrets: VerificationSecrets,
  reference: string,
  roots: SigstoreRoots,
): Trust {
  const { provider = 'cosign', secretRef, trustedRootSecretRef, matchOIDCIdentity = [] } = spec.verify ?? {};
  const required = (secret: KubeObject | undefined, name: string) => {
    if (secret) return secret;
    throw new Error(`secrets "${name}" not found`);
  };
  const where = (name: string) => `${metadata.namespace}/${name}`;
  if (provider === 'notation') {
    if (!secretRef) throw new Error(`verification secret cannot be empty: '${reference}'`);
    return notationTrust(required(secrets.trust, secretRef.name), where(secretRef.name));
  }
  const root = trustedRootSecretRef && rootIn(secrets.root, where(trustedRootSecretRef.name));
  if (secretRef) return { by: 'cosign keys', keys: keysIn(required(secrets.trust, secretRef.name)) };
  return {
    by: 'cosign identities',
    identities: matchOIDCIdentity,
    root: root === undefined ? () => roots.public() : async () => root,
  };
}

function keysIn(secret: KubeObject): string[] {
  const keys = binaryEntries(secret).filter(([name]) => name.endsWith('.pub'));
  return keys.map(([, bytes]) => bytes.toString('utf8'));
}

const rootEntry = 'trusted_root.json';

function rootIn(secret: KubeObject | undefined, where: string): string {
  const problem = (said: string) => new Error(`failed to read trusted root from secret '${where}': ${said}`);
  if (!secret) throw problem(`secrets "${where.slice(where.indexOf('/') + 1)}" not found`);
  const root = textIn(secret, rootEntry);
  if (root === undefined) throw problem(`'${rootEntry}' not found in secret '${where}'`);
  return root;
}

const policyEntry = 'trustpolicy.json';

function notationTrust(secret: KubeObject, where: string): Trust {
  const policy = textIn(secret, policyEntry);
  if (policy === undefined) throw new Error(`'${policyEntry}' not found in secret '${where}'`);
  const certificates = binaryEntries(secret)
    .filter(([name]) => name.endsWith('.crt') || name.endsWith('.pem'))
    .map(([, bytes]) => bytes);
  if (certificates.length === 0) throw new Error(`no certificates found in secret '${where}'`);
  return { by: 'notation', policy, certificates };
}
