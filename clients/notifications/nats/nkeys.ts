import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { InvalidDestination } from '../errors.ts';

/** A key of NATS, which signs what the server asks: https://docs.nats.io/using-nats/developer/connecting/nkey. */
export interface NKey {
  /** As the server knows it: `U…`. */
  publicKey: string;
  sign(nonce: string): string;
}

/** The seed of a key: `SU…`. Throws InvalidDestination, without the seed. */
export function nkeyOf(seed: string): NKey {
  const raw = decoded(seed.trim());
  const [first = 0, second = 0] = raw;
  const whole = raw.length === 36 && raw.readUInt16LE(34) === checksum(raw.subarray(0, 34));
  if (!whole || (first & 0xf8) !== prefixes.seed)
    throw new InvalidDestination('the nkey is no seed of a NATS key');
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8, raw.subarray(2, 34)]),
    format: 'der',
    type: 'pkcs8',
  });
  const kind = ((first & 0x07) << 5) | ((second & 0xf8) >> 3);
  return {
    publicKey: encoded(Buffer.concat([Buffer.from([kind]), publicBytes(key)])),
    sign: nonce => sign(null, Buffer.from(nonce), key).toString('base64url'),
  };
}

/** What a file of credentials holds between its marks: the token of a user, and the seed that proves it. */
export function credentialsIn(file: string): { jwt: string; seed: string } {
  const lines = file.split(/\r?\n/).map(line => line.trim());
  const held = lines.filter((_, i) => lines[i - 1]?.startsWith('-----BEGIN '));
  const [jwt, seed] = held;
  if (!jwt || !seed)
    throw new InvalidDestination('creds is no file of NATS credentials: it needs a JWT and a seed');
  return { jwt, seed };
}

const prefixes = { seed: 18 << 3 };

/** RFC 8410: an Ed25519 private key in PKCS #8, up to its seed. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function publicBytes(key: KeyObject): Buffer {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding. What is no letter of it counts as nothing, and the checksum finds it. */
function decoded(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.slice(0, 64)) {
    value = ((value << 5) | Math.max(letters.indexOf(letter), 0)) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((value >> (bits -= 8)) & 0xff);
  }
  return Buffer.from(bytes);
}

/** With its checksum behind it. */
function encoded(content: Buffer): string {
  const end = Buffer.alloc(2);
  end.writeUInt16LE(checksum(content));
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of Buffer.concat([content, end])) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; ) text += letters[(value >> (bits -= 5)) & 0x1f];
  }
  return bits > 0 ? text + letters[(value << (5 - bits)) & 0x1f] : text;
}

/** CRC-16/XMODEM */
function checksum(content: Uint8Array): number {
  let crc = 0;
  for (const byte of content) {
    crc ^= byte << 8;
    for (let i = 0; i < 8; i++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}
