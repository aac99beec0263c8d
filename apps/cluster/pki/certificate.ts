import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Who a certificate is for, in the order in which the parts are written. */
export interface SubjectName {
  readonly organisations?: readonly string[];
  readonly commonName: string;
}

/** What a certificate says; everything else about it follows from its purpose. */
export interface CertificateRequest {
  readonly subject: SubjectName;
  readonly issuer: SubjectName;
  readonly publicKey: KeyObject;
  readonly from: Date;
  readonly to: Date;
  readonly purpose: 'authority' | 'server' | 'client';
  /** For servers: the names and addresses under which they are reached. */
  readonly hosts?: readonly (string | { readonly address: readonly number[] })[];
}

/**
 * A PEM certificate (X.509 version 3) signed with an ECDSA P-256 key and SHA-256.
 * RFC 5280 for the structure, X.690 for the encoding.
 */
export function issueCertificate(request: CertificateRequest, signingKey: KeyObject): string {
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ecdsaWithSha256,
    name(request.issuer),
    sequence(time(request.from), time(request.to)),
    name(request.subject),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions(request, createPublicKey(signingKey)))),
  );
  const signature = bitString(sign('sha256', body, signingKey));
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, signature));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function extensions(request: CertificateRequest, signer: KeyObject): Buffer[] {
  const { purpose, hosts = [] } = request;
  const authority = purpose === 'authority';
  const found = [
    extension('2.5.29.19', true, authority ? sequence(boolean(true)) : sequence()),
    // digitalSignature, and keyCertSign for an authority; the first byte counts the unused bits.
    extension('2.5.29.15', true, tlv(0x03, Buffer.from(authority ? [2, 0x84] : [7, 0x80]))),
    extension('2.5.29.35', false, sequence(tlv(0x80, keyIdentifier(signer)))),
  ];
  if (authority) found.push(extension('2.5.29.14', false, tlv(0x04, keyIdentifier(request.publicKey))));
  else
    found.push(
      extension(
        '2.5.29.37',
        false,
        sequence(oid(purpose === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2')),
      ),
    );
  if (hosts.length > 0) found.push(extension('2.5.29.17', false, sequence(...hosts.map(host))));
  return found;
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value));
}

function host(of: string | { readonly address: readonly number[] }): Buffer {
  return typeof of === 'string' ? tlv(0x82, Buffer.from(of)) : tlv(0x87, Buffer.from(of.address));
}

/** Any octets that tell keys apart will do (RFC 5280, 4.2.1.2); the end of an EC key is its point. */
function keyIdentifier(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-20);
}

function name({ organisations = [], commonName }: SubjectName): Buffer {
  const part = (id: string, text: string) => tlv(0x31, sequence(oid(id), tlv(0x0c, Buffer.from(text))));
  return sequence(
    ...organisations.map(organisation => part('2.5.4.10', organisation)),
    part('2.5.4.3', commonName),
  );
}

/** Positive and of full length: the first byte never has its top bit set nor is zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

/** Years from 2050 on need four digits (RFC 5280, 4.1.2.5). */
function time(date: Date): Buffer {
  const digits = date.toISOString().slice(0, 19).replace(/[-:T]/g, '');
  return date.getUTCFullYear() < 2050
    ? tlv(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : tlv(0x18, Buffer.from(`${digits}Z`));
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...items: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(items));
}

function tagged(number: number, content: Buffer): Buffer {
  return tlv(0xa0 | number, content);
}

function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes);
}

function boolean(value: boolean): Buffer {
  return tlv(0x01, Buffer.from([value ? 0xff : 0]));
}

function bitString(bytes: Buffer): Buffer {
  return tlv(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let high = part >> 7; high > 0; high >>= 7) groups.unshift((high & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
