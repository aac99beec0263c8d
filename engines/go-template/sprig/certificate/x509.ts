import { createHash, createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { toBytes } from '../../byte-string.ts';
import { quote } from '../../quote.ts';
import {
  bitString,
  der,
  elements,
  elementsWithin,
  integer,
  objectIdentifier,
  sequence,
  tags,
} from './der.ts';
import { encodePem } from './pem.ts';

/** What a certificate says. */
export interface Request {
  commonName: string;
  serialNumber: Uint8Array;
  /** Seconds since 1970. */
  from: number;
  to: number;
  isAuthority: boolean;
  dnsNames: readonly string[];
  ipAddresses: readonly Uint8Array[];
  publicKey: KeyObject;
}

/** Who signs a certificate: its name as encoded and how it is told from others of that name. */
export interface Issuer {
  name: Uint8Array;
  keyIdentifier: Uint8Array | undefined;
  /** The key that its own certificate has; undefined if it has none yet. */
  publicKey?: KeyObject;
  privateKey: KeyObject;
}

/**
 * A PEM certificate (RFC 5280) with what Go's x509 package puts into it for a server and client, or for an authority.
 * Throws an error in its words.
 */
export function issueCertificate(request: Request, issuer: Issuer): string {
  if (issuer.publicKey && !issuer.publicKey.equals(createPublicKey(issuer.privateKey)))
    throw new Error("x509: provided PrivateKey doesn't match parent's PublicKey");
  const { algorithm, digest } = signatureAlgorithm(issuer.privateKey);
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(request.serialNumber),
    algorithm,
    issuer.name,
    sequence(time(request.from), time(request.to)),
    distinguishedName(request.commonName),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions(request, issuer))),
  );
  const signature = sign(digest, body, issuer.privateKey);
  return encodePem({ type: 'CERTIFICATE', bytes: sequence(body, algorithm, bitString(signature)) });
}

/** The name of someone who is called by a common name only. */
export function distinguishedName(commonName: string): Buffer {
  if (commonName === '') return sequence();
  // Go writes what it can as a PrintableString.
  const tag = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/.test(commonName) ? tags.printableString : tags.utf8String;
  return sequence(der(tags.set, sequence(objectIdentifier('2.5.4.3'), der(tag, toBytes(commonName)))));
}

/** What a certificate, DER-encoded, says of who it is for. Throws if it is malformed. */
export function subjectOf(certificate: Buffer): Omit<Issuer, 'privateKey'> {
  const { publicKey } = new X509Certificate(certificate);
  const [body] = elementsWithin(certificate);
  const fields = elements(body!.content).filter(field => field.tag !== 0xa0);
  const list = fields.find(field => field.tag === 0xa3);
  const all = list ? elements(elements(list.content)[0]!.content).map(item => elements(item.content)) : [];
  const found = all.find(([id]) => id!.whole.equals(objectIdentifier('2.5.29.14')));
  const keyIdentifier = found && elements(found.at(-1)!.content)[0]!.content;
  // Serial number, algorithm, issuer and validity come before the subject.
  return { name: fields[4]!.whole, keyIdentifier, publicKey };
}

function signatureAlgorithm(key: KeyObject): { algorithm: Buffer; digest: string | null } {
  switch (key.asymmetricKeyType) {
    case 'rsa': {
      const nothing = der(0x05);
      return { algorithm: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing), digest: 'sha256' };
    }
    case 'ec': {
      const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
      const bits = { secp384r1: 384, secp521r1: 512 }[curve] ?? 256;
      const last = { 256: 2, 384: 3, 512: 4 }[bits];
      return { algorithm: sequence(objectIdentifier(`1.2.840.10045.4.3.${last}`)), digest: `sha${bits}` };
    }
    case 'ed25519':
      return { algorithm: sequence(objectIdentifier('1.3.101.112')), digest: null };
  }
  throw new Error('x509: certificate private key does not implement crypto.Signer');
}

function extensions(request: Request, issuer: Issuer): Buffer[] {
  const { isAuthority, dnsNames, ipAddresses } = request;
  const subject = distinguishedName(request.commonName);
  const found = [
    // Digital signature and key encipherment, and signing certificates for an authority.
    extension(
      '2.5.29.15',
      true,
      isAuthority ? bitString(Buffer.from([0xa4]), 2) : bitString(Buffer.from([0xa0]), 5),
    ),
    extension(
      '2.5.29.37',
      false,
      sequence(...['1', '2'].map(use => objectIdentifier(`1.3.6.1.5.5.7.3.${use}`))),
    ),
    extension('2.5.29.19', true, isAuthority ? sequence(der(tags.boolean, Buffer.from([0xff]))) : sequence()),
  ];
  if (isAuthority)
    found.push(extension('2.5.29.14', false, der(tags.octetString, keyIdentifier(request.publicKey))));
  if (issuer.keyIdentifier && !subject.equals(issuer.name))
    found.push(extension('2.5.29.35', false, sequence(der(0x80, issuer.keyIdentifier))));
  if (dnsNames.length + ipAddresses.length > 0) {
    const names = [...dnsNames.map(dnsName), ...ipAddresses.map(address => der(0x87, address))];
    found.push(extension('2.5.29.17', request.commonName === '', sequence(...names)));
  }
  return found;
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  const mark = isCritical ? [der(tags.boolean, Buffer.from([0xff]))] : [];
  return sequence(objectIdentifier(id), ...mark, der(tags.octetString, value));
}

function dnsName(name: string): Buffer {
  if (/^[\0-\x7f]*$/.test(name)) return der(0x82, Buffer.from(name));
  throw new Error(`x509: ${quote(name)} cannot be encoded as an IA5String`);
}

/** RFC 7093, 2: the left part of a SHA-256 of the key, as Go has it since 1.25. */
function keyIdentifier(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' });
  // A bit string begins with the number of bits that do not count.
  const bits = elementsWithin(spki)[1]!.content.subarray(1);
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

/** Years from 2050 on, and before 1950, need four digits (RFC 5280, 4.1.2.5). */
function time(seconds: number): Buffer {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999))
    throw new Error('asn1: structure error: cannot represent time as GeneralizedTime');
  const digits = date.toISOString().slice(0, 19).replace(/[-:T]/g, '');
  return year >= 1950 && year < 2050
    ? der(tags.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : der(tags.generalizedTime, Buffer.from(`${digits}Z`));
}
