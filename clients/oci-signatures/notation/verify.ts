import { X509Certificate } from 'node:crypto';
import { X509Certificate as Parsed } from '@sigstore/core';
import { SignatureError, said } from '../errors.ts';
import { layersIn, parseJson, readBlob, type SignatureStore } from '../store.ts';
import type { Signed, Verdict } from '../trust.ts';
import { requireCodeSigningChain } from './chain.ts';
import { isPartOf, subjectName } from './distinguished-name.ts';
import type { Envelope } from './envelope.ts';
import { openEnvelope } from './open.ts';
import { type Check, type Level, type Statement, statementFor } from './policy.ts';

/** Signatures that are looked at, as in Flux. */
const attempts = 3;

const signatureType = 'application/vnd.cncf.notary.signature';

/**
 * One of the first signatures has to be what the trust policy asks for
 * (Notary Project, specs/trust-store-trust-policy.md). What a level only logs does not matter, but for authenticity:
 * without it the artifact is let pass, and not called verified.
 */
export async function verifyNotation(
  signed: Signed,
  trust: { policy: string; certificates: Uint8Array[] },
  store: SignatureStore,
  signal: AbortSignal,
  now: Date,
): Promise<Verdict> {
  const statement = statementFor(trust.policy, signed.repository);
  const { level } = statement;
  if (!level) return 'ignored';
  const reference = `${signed.repository}@${signed.digest}`;
  const referrers = await store.referrers(signed.digest, signal);
  const signatures = referrers.filter(({ artifactType }) => artifactType === signatureType);
  if (signatures.length === 0)
    throw new SignatureError(
      `no signature is associated with '${reference}', make sure the artifact was signed successfully`,
    );
  const problems: string[] = [];
  for (const { digest } of signatures.slice(0, attempts)) {
    const found = await readSignature(store, digest, signal);
    try {
      return judge(
        openEnvelope(found.mediaType, found.bytes),
        signed,
        statement,
        level,
        trust.certificates,
        now,
      );
    } catch (cause) {
      if (!(cause instanceof SignatureError)) throw cause;
      problems.push(`failed to verify signature with digest ${digest}, ${cause.message}`);
    }
  }
  throw new SignatureError(problems.join('; '));
}

async function readSignature(store: SignatureStore, digest: string, signal: AbortSignal) {
  const manifest = await store.document(digest, signal);
  const layers = manifest ? layersIn(manifest.bytes) : [];
  const [layer] = layers;
  if (!layer || layers.length > 1)
    throw new SignatureError(`the manifest ${digest} of a signature has to have one layer`);
  return { mediaType: layer.mediaType, bytes: await readBlob(store, layer, signal) };
}

function judge(
  envelope: Envelope,
  { digest }: Signed,
  statement: Statement,
  level: Level,
  certificates: Uint8Array[],
  now: Date,
): Verdict {
  requireCodeSigningChain(envelope.chain);
  requireTarget(envelope.payload, digest);
  let verdict: Verdict = 'verified';
  const check = (name: Check, look: () => void) => {
    if (level[name] === 'skip') return;
    try {
      look();
    } catch (cause) {
      if (level[name] === 'enforce') throw cause;
      if (name === 'authenticity') verdict = 'ignored';
    }
  };
  check('authenticity', () => requireTrusted(envelope, statement, certificates));
  check('expiry', () => {
    if (envelope.expiry && now > envelope.expiry)
      throw new SignatureError(`digital signature has expired on "${envelope.expiry.toUTCString()}"`);
  });
  check('authenticTimestamp', () => requireValidTime(envelope, statement, now));
  check('revocation', () => requireUnrevocable(envelope));
  return verdict;
}

function requireTarget(payload: Uint8Array, digest: string): void {
  const value = parseJson(payload);
  const target =
    value && typeof value === 'object' && 'targetArtifact' in value ? value.targetArtifact : null;
  const named = target && typeof target === 'object' && 'digest' in target ? target.digest : undefined;
  if (named !== digest) throw new SignatureError('content descriptor mismatch: it is of another artifact');
}

function requireTrusted(
  { chain, scheme }: Envelope,
  { name, stores, identities }: Statement,
  certificates: Uint8Array[],
): void {
  const isStored = stores.has(scheme === 'notary.x509' ? 'ca' : 'signingAuthority');
  const trusted = isStored ? certificates.map(parseCertificate) : [];
  if (trusted.length === 0)
    throw new SignatureError('no trusted certificates are found to verify authenticity');
  if (!chain.some(one => trusted.some(other => one.raw.equals(other.raw))))
    throw new SignatureError('signature is not produced by a trusted signer');
  if (identities === '*') return;
  if (identities.length === 0)
    throw new SignatureError(`no x509 trusted identities are configured in the trust policy '${name}'`);
  const subject = nameOf(chain[0]!);
  if (identities.some(identity => isPartOf(identity, subject))) return;
  throw new SignatureError(
    `signing certificate from the digital signature does not match the X.509 trusted identities defined in the trust policy '${name}'`,
  );
}

function nameOf({ subject }: X509Certificate) {
  try {
    return subjectName(subject);
  } catch (cause) {
    throw new SignatureError(`the subject of the signing certificate: ${said(cause)}`);
  }
}

/** The first of a PEM, as Flux reads it. */
function parseCertificate(bytes: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch {
    throw new SignatureError('failed to parse certificate: a .crt or .pem entry of the secret is none');
  }
}

/** Valid now; or when an authority says that it was signed. Timestamps by others are not read. */
function requireValidTime(envelope: Envelope, { stores, verifyTimestamp }: Statement, now: Date): void {
  const { chain, scheme, signingTime } = envelope;
  const byAuthority = scheme === 'notary.x509.signingAuthority';
  const time = byAuthority ? signingTime : now;
  const isExpired = chain.some(one => now > new Date(one.validTo));
  if (!byAuthority && stores.has('tsa') && (verifyTimestamp === 'always' || isExpired))
    throw new SignatureError(
      'the trust policy asks for a timestamp of a tsa trust store, which this version does not verify',
    );
  for (const { validFrom, validTo, subject } of chain) {
    if (time >= new Date(validFrom) && time <= new Date(validTo)) continue;
    const name = subject.replaceAll('\n', ',').slice(0, 200);
    const when = byAuthority ? 'when the digital signature was produced' : 'at the time of verification';
    throw new SignatureError(`certificate "${name}" was not valid ${when}`);
  }
}

const distributionPoints = '2.5.29.31';

/** Nobody is asked whether a certificate is revoked: one that tells whom to ask is not known to be good. */
function requireUnrevocable({ chain }: Envelope): void {
  for (const certificate of chain.slice(0, -1)) {
    const { infoAccess = '', subject } = certificate;
    if (!infoAccess.includes('OCSP') && !hasExtension(certificate, distributionPoints)) continue;
    throw new SignatureError(
      `signing certificate with subject "${subject.replaceAll('\n', ',').slice(0, 200)}" revocation status is unknown`,
    );
  }
}

function hasExtension(certificate: X509Certificate, id: string): boolean {
  return Parsed.parse(Buffer.from(certificate.raw)).extension(id) !== undefined;
}
