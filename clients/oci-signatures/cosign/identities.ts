import { createHash, X509Certificate } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type Signer, toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { RE2JS } from 're2js';
import { SignatureError, said } from '../errors.ts';
import { parseJson, requireObject, type SignatureStore } from '../store.ts';
import type { OidcIdentity, Signed } from '../trust.ts';
import {
  at,
  base64,
  findSignatures,
  isSimpleFor,
  isStatementFor,
  type SimpleSignature,
} from './signatures.ts';

/**
 * One of the signatures has to be by a certificate of Fulcio, given to one of the identities and valid when it was
 * signed, by the word of the transparency log or of a timestamp authority.
 */
export async function verifyByIdentities(
  signed: Signed,
  identities: OidcIdentity[],
  root: () => Promise<string>,
  store: SignatureStore,
  signal: AbortSignal,
): Promise<void> {
  const isTrusted = matcherOf(identities);
  const verifier = verifierBy(await root());
  const found = await findSignatures(signed, store, signal);
  const { digest } = signed;
  const tries =
    'bundles' in found
      ? found.bundles.map(bundle => () => signerOfBundle(verifier, bundle, digest))
      : found.simple.map(simple => () => signerOfSimple(verifier, simple, digest));
  if (tries.length === 0) throw new SignatureError('no signatures found');
  const problems = new Set<string>();
  for (const attempt of tries) {
    try {
      return isTrusted(attempt());
    } catch (cause) {
      problems.add(said(cause));
    }
  }
  throw new SignatureError(`no matching signatures: ${[...problems].slice(0, 3).join('; ')}`);
}

function verifierBy(root: string): Verifier {
  try {
    const parsed = TrustedRoot.fromJSON(requireObject(root, 'it'));
    return new Verifier(toTrustMaterial(parsed));
  } catch (cause) {
    throw new SignatureError(`unable to parse trusted root: ${said(cause)}`);
  }
}

/** Throws for a signer that is nobody of these. */
function matcherOf(identities: OidcIdentity[]): (signer: Signer) => void {
  const wanted = identities.map(({ issuer, subject }) => ({
    issuer: compiled(issuer, 'issuer'),
    subject: compiled(subject, 'subject'),
  }));
  return ({ identity }) => {
    const { subjectAlternativeName: subject, extensions } = identity ?? {};
    const issuer = extensions?.issuer;
    if (subject === undefined || issuer === undefined)
      throw new SignatureError('the certificate names no identity');
    if (wanted.length === 0) return;
    const isOne = wanted.some(
      one => one.issuer.matcher(issuer).find() && one.subject.matcher(subject).find(),
    );
    if (!isOne)
      throw new SignatureError(
        `none of the expected identities matched what was in the certificate, got subject [${subject}] with issuer ${issuer}`,
      );
  };
}

const longestPattern = 1000;

function compiled(pattern: string, field: string): RE2JS {
  try {
    if (pattern.length > longestPattern) throw new Error(`more than ${longestPattern} characters`);
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw new SignatureError(
      `spec.verify.matchOIDCIdentity: ${field} is no regular expression: ${said(cause)}`,
    );
  }
}

function signerOfBundle(verifier: Verifier, json: JsonObject, digest: string): Signer {
  const bundle = bundleFromJSON(json);
  const { content } = bundle;
  if (content.$case !== 'dsseEnvelope') throw new SignatureError('bundle does not contain a DSSE envelope');
  const { payload, payloadType } = content.dsseEnvelope;
  if (!isStatementFor(payload, payloadType, digest))
    throw new SignatureError('the signature is of another artifact');
  return verifier.verify(toSignedEntity(requireCertificate(bundle)));
}

/** A bundle may name a key in place of a certificate; nobody's identity is in that. */
function requireCertificate(bundle: Bundle): Bundle {
  if (bundle.verificationMaterial.content.$case !== 'publicKey') return bundle;
  throw new SignatureError('no certificate found on signature');
}

function signerOfSimple(verifier: Verifier, simple: SimpleSignature, digest: string): Signer {
  if (!isSimpleFor(simple.payload, digest)) throw new SignatureError('the signature is of another artifact');
  return verifier.verify(toSignedEntity(bundleFromJSON(bundleOf(simple)), simple.payload));
}

const annotation = (name: string) => `dev.sigstore.cosign/${name}`;

/** What cosign 2 has written beside a signature, in the form that it has had since. */
function bundleOf({ payload, annotations }: SimpleSignature): JsonObject {
  const certificate = annotations[annotation('certificate')];
  if (!certificate) throw new SignatureError('no certificate found on signature');
  const log = parseJson(annotations[annotation('bundle')] ?? '');
  const entry = at(log, 'Payload');
  const body = at(entry, 'body');
  const logged = parseJson(base64(body) ?? '');
  if (!logged) throw new SignatureError('no entry of the transparency log found on signature');
  const timestamp = at(
    parseJson(annotations[annotation('rfc3161timestamp')] ?? ''),
    'SignedRFC3161Timestamp',
  );
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: {
        certificates: [{ rawBytes: new X509Certificate(certificate).raw.toString('base64') }],
      },
      tlogEntries: [
        {
          logIndex: String(at(entry, 'logIndex')),
          logId: { keyId: Buffer.from(String(at(entry, 'logID')), 'hex').toString('base64') },
          kindVersion: { kind: at(logged, 'kind') ?? '', version: at(logged, 'apiVersion') ?? '' },
          integratedTime: String(at(entry, 'integratedTime')),
          inclusionPromise: { signedEntryTimestamp: at(log, 'SignedEntryTimestamp') ?? '' },
          canonicalizedBody: body ?? '',
        },
      ],
      timestampVerificationData: { rfc3161Timestamps: timestamp ? [{ signedTimestamp: timestamp }] : [] },
    },
    messageSignature: {
      messageDigest: {
        algorithm: 'SHA2_256',
        digest: createHash('sha256').update(payload).digest('base64'),
      },
      signature: annotations['dev.cosignproject.cosign/signature'] ?? '',
    },
  };
}
