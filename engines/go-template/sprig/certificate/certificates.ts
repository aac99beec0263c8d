import { createPublicKey, type KeyObject } from 'node:crypto';
import { fromBytes } from '../../byte-string.ts';
import { contextFunction, goFunction } from '../../function.ts';
import { GoObject, type TemplateFunction, type Value } from '../../value.ts';
import { decodeBase64 } from '../base64.ts';
import { plainText } from '../go-value.ts';
import type { Surroundings } from '../options.ts';
import { ipBytes } from './ip-address.ts';
import { decodePem } from './pem.ts';
import {
  generatePrivateKey,
  generateRsaKey,
  keySteps,
  readPrivateKey,
  writePrivateKey,
} from './private-key.ts';
import { distinguishedName, type Issuer, issueCertificate, type Request, subjectOf } from './x509.ts';

const list = '[]interface {}';

/** What differs between the functions that make certificates. */
interface Plan {
  commonName: string;
  ips?: readonly Value[];
  dns?: readonly Value[];
  days: number;
  isAuthority?: boolean;
  key: KeyObject;
  authority?: GoObject;
}

/** Keys and certificates. Keys come from the random source of OpenSSL, whatever the options say. */
export function certificates(surroundings: Surroundings): Record<string, TemplateFunction> {
  const make = (plan: Plan) => certificateOf(plan, surroundings);
  return {
    genPrivateKey: contextFunction(['string'], (context, type) => {
      context.spend((Object.hasOwn(keySteps, type) && keySteps[type]) || 1);
      return generatePrivateKey(type);
    }),
    buildCustomCert: goFunction(['string', 'string'], customCertificate),
    ...withFreshKey(make),
    ...withGivenKey(make),
  };
}

type Make = (plan: Plan) => Value;

function withFreshKey(make: Make): Record<string, TemplateFunction> {
  const fresh = <P extends readonly string[]>(
    params: P,
    plan: (...args: never[]) => Omit<Plan, 'key'>,
  ): TemplateFunction =>
    contextFunction(params, (context, ...args) => {
      context.spend(keySteps['rsa 2048']!);
      return make({ ...plan(...(args as never[])), key: generateRsaKey(2048) });
    });
  return {
    genCA: fresh(['string', 'int'], (commonName: string, days: number) => ({
      commonName,
      days,
      isAuthority: true,
    })),
    genSelfSignedCert: fresh(
      ['string', list, list, 'int'],
      (commonName: string, ips: Value[], dns: Value[], days: number) => ({ commonName, ips, dns, days }),
    ),
    genSignedCert: fresh(
      ['string', list, list, 'int', 'sprig.certificate'],
      (commonName: string, ips: Value[], dns: Value[], days: number, authority: GoObject) => ({
        commonName,
        ips,
        dns,
        days,
        authority,
      }),
    ),
  };
}

function withGivenKey(make: Make): Record<string, TemplateFunction> {
  return {
    genCAWithKey: goFunction(['string', 'int', 'string'], (commonName, days, key) =>
      make({ commonName, days, isAuthority: true, key: givenKey(key) }),
    ),
    genSelfSignedCertWithKey: goFunction(
      ['string', list, list, 'int', 'string'],
      (commonName, ips, dns, days, key) => make({ commonName, ips, dns, days, key: givenKey(key) }),
    ),
    genSignedCertWithKey: goFunction(
      ['string', list, list, 'int', 'sprig.certificate', 'string'],
      (commonName, ips, dns, days, authority, key) =>
        make({ commonName, ips, dns, days, authority, key: givenKey(key) }),
    ),
  };
}

function givenKey(pem: string): KeyObject {
  return prefixed('parsing private key', () => readPrivateKey(pem));
}

function certificateOf(plan: Plan, { clock, random }: Surroundings): GoObject {
  const { commonName, days, key, authority, isAuthority = false } = plan;
  const signer = authority && signerOf(authority);
  const now = Math.floor(clock() / 1000);
  const base = {
    commonName,
    isAuthority,
    ipAddresses: (plan.ips ?? []).map(ipAddress),
    dnsNames: (plan.dns ?? []).map(dnsName),
    serialNumber: random(16),
    from: now,
    to: now + secondsOf(days),
  };
  return prefixed('error creating certificate', () => {
    const issuer: Issuer = signer ?? {
      name: distinguishedName(commonName),
      keyIdentifier: undefined,
      privateKey: key,
    };
    const request: Request = { ...base, publicKey: createPublicKey(key) };
    return certificateObject(issueCertificate(request, issuer), writePrivateKey(key));
  });
}

/** Nanoseconds are counted in 64 bits, which ends after 292 years. */
function secondsOf(days: number): number {
  return Number(BigInt.asIntN(64, BigInt(days) * 86_400_000_000_000n) / 1_000_000_000n);
}

/** The authority that a certificate and its key make. */
function signerOf(authority: GoObject): Issuer {
  const { Cert, Key } = authority.shape.fields as { Cert: string; Key: string };
  const block = decodePem(Cert);
  if (!block) throw new Error('unable to decode certificate');
  const subject = parsedSubject(block.bytes, 'decodedSignerCert');
  return { ...subject, privateKey: prefixed('error parsing private key', () => readPrivateKey(Key)) };
}

function parsedSubject(certificate: Buffer, what: string): Omit<Issuer, 'privateKey'> {
  try {
    return subjectOf(certificate);
  } catch (cause) {
    throw new Error(`error parsing certificate: ${what}.Bytes: x509: malformed certificate`, { cause });
  }
}

function ipAddress(value: Value): Uint8Array {
  if (typeof value !== 'string') throw new Error(`error parsing ip: ${plainText(value)} is not a string`);
  const bytes = ipBytes(value);
  if (bytes) return bytes;
  throw new Error(`error parsing ip: ${value}`);
}

function dnsName(value: Value): string {
  if (typeof value === 'string') return value;
  throw new Error(`error processing alternate dns name: ${plainText(value)} is not a string`);
}

/** A certificate and key that were made elsewhere, if they can be read. */
function customCertificate(certificate: string, key: string): GoObject {
  const [pem, keyPem] = [decodedText(certificate, 'certificate'), decodedText(key, 'private key')];
  const block = decodePem(pem);
  if (!block) throw new Error('unable to decode certificate');
  parsedSubject(block.bytes, 'decodedCert');
  prefixed('error parsing private key', () => readPrivateKey(keyPem));
  return certificateObject(pem, keyPem);
}

function decodedText(base64: string, what: string): string {
  const bytes = decodeBase64(base64);
  if (typeof bytes === 'string') throw new Error(`unable to decode base64 ${what}`);
  return fromBytes(bytes);
}

function certificateObject(certificate: string, key: string): GoObject {
  return new GoObject({ type: 'sprig.certificate', kind: 'struct', fields: { Cert: certificate, Key: key } });
}

/** What fails is told with what was being done. */
function prefixed<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new Error(`${doing}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
