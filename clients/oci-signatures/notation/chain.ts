import type { X509Certificate } from 'node:crypto';
import { X509Certificate as Parsed } from '@sigstore/core';
import { SignatureError } from '../errors.ts';

/** Object identifiers of extensions (RFC 5280, 4.2.1). */
const keyUsageId = '2.5.29.15';
const extendedKeyUsages: Record<string, string> = {
  '1.3.6.1.5.5.7.3.1': 'ServerAuth',
  '1.3.6.1.5.5.7.3.2': 'ClientAuth',
  '1.3.6.1.5.5.7.3.4': 'EmailProtection',
  '1.3.6.1.5.5.7.3.8': 'Timestamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
};

const longestChain = 20;

/**
 * Each certificate is issued by the next, the last by itself; the first may sign and nothing else, the others may issue
 * (Notary Project, specs/signature-specification.md, "Certificate Requirements"). Throws SignatureError.
 */
export function requireCodeSigningChain(chain: X509Certificate[]): void {
  if (chain.length > longestChain)
    throw new SignatureError(`certificate-chain is invalid, it has more than ${longestChain} certificates`);
  for (const [i, certificate] of chain.entries()) {
    const issuer = chain[i + 1] ?? certificate;
    const isIssued = certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    if (!isIssued || certificate.issuer !== issuer.subject)
      throw invalid(
        certificate,
        issuer === certificate ? 'is not self-signed' : 'is not issued by the next one',
      );
    if (issuer !== certificate && certificate.issuer === certificate.subject)
      throw invalid(certificate, 'is self-signed, and not the last one');
    i === 0 ? requireLeaf(certificate) : requireAuthority(certificate, i - 1);
  }
}

function requireLeaf(certificate: X509Certificate): void {
  if (certificate.ca) throw invalid(certificate, 'is an authority, and must not sign by itself');
  const usage = keyUsageOf(certificate);
  if (!usage.has('digitalSignature')) throw invalid(certificate, 'has no key usage "Digital Signature"');
  const other = [...usage].find(name => name !== 'digitalSignature' && name !== 'contentCommitment');
  if (other) throw invalid(certificate, `has the key usage ${other} beside "Digital Signature"`);
  const extended = (certificate.keyUsage ?? []).find(id => Object.hasOwn(extendedKeyUsages, id));
  if (extended) throw invalid(certificate, `has the extended key usage ${extendedKeyUsages[extended]}`);
}

function requireAuthority(certificate: X509Certificate, below: number): void {
  if (!certificate.ca) throw invalid(certificate, 'is no authority');
  const limit = Parsed.parse(Buffer.from(certificate.raw)).extBasicConstraints?.pathLenConstraint;
  if (limit !== undefined && limit < BigInt(below))
    throw invalid(certificate, `may have ${limit} authorities below it, and has ${below}`);
  if (!keyUsageOf(certificate).has('keyCertSign')) throw invalid(certificate, 'must not issue certificates');
}

/** The bits of the extension, in their order. */
const usages = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

function keyUsageOf(certificate: X509Certificate): Set<string> {
  const extension = Parsed.parse(Buffer.from(certificate.raw)).extension(keyUsageId);
  if (!extension?.critical) throw invalid(certificate, 'has no key usage that is marked critical');
  // A BIT STRING: how many bits are unused, then the bits, the first one highest.
  const bits = extension.valueObj.subs[0]?.value.subarray(1) ?? Buffer.alloc(0);
  return new Set(usages.filter((_, i) => ((bits[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0));
}

function invalid({ subject }: X509Certificate, problem: string): SignatureError {
  const name = subject.replaceAll('\n', ',').slice(0, 200);
  return new SignatureError(`certificate-chain is invalid, certificate with subject "${name}" ${problem}`);
}
