import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { elements, elementsWithin, integer, sequence } from './der.ts';
import { decodePem, encodePem } from './pem.ts';

/** What making a key counts: about as many steps as it takes microseconds. */
export const keySteps: Readonly<Record<string, number>> = {
  '': 1_500_000,
  rsa: 1_500_000,
  dsa: 2_000_000,
  ecdsa: 1000,
  ed25519: 1000,
  'rsa 2048': 200_000,
};

/** A new private key as PEM, in the form that Sprig has for its type; an unknown type is named. */
export function generatePrivateKey(type: string): string {
  switch (type) {
    case '':
    case 'rsa':
      return writePrivateKey(generateRsaKey(4096));
    case 'dsa':
      return writePrivateKey(
        generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey,
      );
    case 'ecdsa':
      return writePrivateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    case 'ed25519':
      return writePrivateKey(generateKeyPairSync('ed25519').privateKey);
  }
  return `Unknown type ${type}`;
}

export function generateRsaKey(bits: number): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
}

/** PKCS#1 for RSA, SEC 1 for elliptic curves, OpenSSL's own form for DSA, PKCS#8 for all others. */
export function writePrivateKey(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return encodePem({ type: 'RSA PRIVATE KEY', bytes: key.export({ type: 'pkcs1', format: 'der' }) });
    case 'ec':
      return encodePem({ type: 'EC PRIVATE KEY', bytes: key.export({ type: 'sec1', format: 'der' }) });
    case 'dsa':
      return encodePem({ type: 'DSA PRIVATE KEY', bytes: dsaNumbers(key) });
  }
  return encodePem({ type: 'PRIVATE KEY', bytes: key.export({ type: 'pkcs8', format: 'der' }) });
}

/** Version, p, q, g, y and x, as OpenSSL keeps them. */
function dsaNumbers(key: KeyObject): Buffer {
  const [, algorithm, secret] = elementsWithin(key.export({ type: 'pkcs8', format: 'der' }));
  const parameters = elements(elements(algorithm!.content)[1]!.content);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // A bit string begins with the number of bits that do not count.
  const open = elementsWithin(spki)[1]!.content.subarray(1);
  return sequence(
    integer(Buffer.from([0])),
    ...parameters.map(number => number.whole),
    open,
    secret!.content,
  );
}

/** A private key of a PEM text in any form that Sprig takes. Throws an error in its words. */
export function readPrivateKey(pem: string): KeyObject {
  const block = decodePem(pem);
  if (!block) throw new Error('no PEM data in input');
  const { type, bytes } = block;
  if (type === 'PRIVATE KEY') return readKey('decoding PEM as PKCS#8', bytes, 'pkcs8');
  if (!type.endsWith(' PRIVATE KEY')) throw new Error(`no private key data in PEM block of type ${type}`);
  const kind = type.slice(0, -' PRIVATE KEY'.length);
  if (kind === 'RSA') return readKey('parsing RSA private key from PEM', bytes, 'pkcs1');
  if (kind === 'EC') return readKey('parsing EC private key from PEM', bytes, 'sec1');
  if (kind !== 'DSA') throw new Error(`invalid private key type ${type}`);
  return readDsaKey(pem);
}

function readKey(doing: string, key: Buffer, type: 'pkcs1' | 'pkcs8' | 'sec1'): KeyObject {
  try {
    return createPrivateKey({ key, type, format: 'der' });
  } catch (cause) {
    throw new Error(`${doing}: the key is malformed`, { cause });
  }
}

function readDsaKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new Error('parsing DSA private key from PEM: the key is malformed', { cause });
  }
}
