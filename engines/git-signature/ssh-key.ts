import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** Reads fields as the SSH protocol writes them: a length in four bytes, then as many. RFC 4251, 5 */
export class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(): number {
    return this.take(4).readUInt32BE(0);
  }

  field(): Buffer {
    return this.take(this.number());
  }

  text(): string {
    return this.field().toString('latin1');
  }

  take(size: number): Buffer {
    if (size > this.#bytes.length - this.#at) throw new RangeError('a field is cut short');
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}

export function field(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** By which ssh-keygen names a key. */
export function fingerprint(key: Uint8Array): string {
  const hash = createHash('sha256').update(key).digest('base64');
  return `SHA256:${hash.slice(0, hash.indexOf('='))}`;
}

/** `options type key comment` of a line of authorized_keys; undefined where it is no such line. */
export function authorizedKey(line: string): Buffer | undefined {
  const words = line.split(/[ \t]+/);
  for (const [i, type] of words.slice(0, -1).entries()) {
    const text = words[i + 1]!;
    if (!/^[A-Za-z0-9+/]+=*$/.test(text)) continue;
    const key = Buffer.from(text, 'base64');
    if (typeOf(key) === type) return key;
  }
  return undefined;
}

function typeOf(key: Buffer): string | undefined {
  try {
    return new Fields(key).text();
  } catch {
    return undefined;
  }
}

const curves: Record<string, { crv: string; size: number; hash: string }> = {
  nistp256: { crv: 'P-256', size: 32, hash: 'sha256' },
  nistp384: { crv: 'P-384', size: 48, hash: 'sha384' },
  nistp521: { crv: 'P-521', size: 66, hash: 'sha512' },
};

/** RSA with SHA-1 is no signature any more. */
const rsaHashes: Record<string, string> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };

/** Whether the key, as the SSH protocol writes it, has signed the data. Throws RangeError for what is cut short. */
export function hasSigned(key: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  const fields = new Fields(key);
  const type = fields.text();
  const said = new Fields(signature);
  const format = said.text();
  const blob = said.field();
  if (type === 'ssh-rsa') {
    const [e, n] = [fields.field(), fields.field()];
    const hash = rsaHashes[format];
    return hash !== undefined && verify(hash, data, jwk({ kty: 'RSA', e: url(e), n: url(n) }), blob);
  }
  if (format !== type) return false;
  const isHeld = type.startsWith('sk-');
  const kind = type.replace(/^sk-|@openssh\.com$/g, '');
  const ecdsa = curves[kind.replace('ecdsa-sha2-', '')];
  if (kind === 'ssh-ed25519') {
    const point = jwk({ kty: 'OKP', crv: 'Ed25519', x: url(fields.field()) });
    return verify(null, isHeld ? touched(fields, said, data) : data, point, blob);
  }
  if (!ecdsa || (isHeld && ecdsa.hash !== 'sha256') || fields.text() !== kind.replace('ecdsa-sha2-', ''))
    return false;
  const point = fields.field();
  if (point[0] !== 4 || point.length !== 1 + 2 * ecdsa.size) return false;
  const [x, y] = [point.subarray(1, 1 + ecdsa.size), point.subarray(1 + ecdsa.size)];
  const numbers = new Fields(blob);
  const plain = Buffer.concat([sized(numbers.field(), ecdsa.size), sized(numbers.field(), ecdsa.size)]);
  const object = {
    key: jwk({ kty: 'EC', crv: ecdsa.crv, x: url(x), y: url(y) }),
    dsaEncoding: 'ieee-p1363' as const,
  };
  return verify(ecdsa.hash, isHeld ? touched(fields, said, data) : data, object, plain);
}

/** What a security key signs in place of the data. https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.u2f */
function touched(key: Fields, signature: Fields, data: Uint8Array): Buffer {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  return Buffer.concat([sha256(key.field()), signature.take(5), sha256(data)]);
}

const url = (bytes: Buffer) => bytes.toString('base64url');

function jwk(key: Record<string, string>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

/** A number of the SSH protocol, without the zero before it, in so many bytes. */
function sized(number: Buffer, size: number): Buffer {
  const start = number.findIndex(byte => byte !== 0);
  const bytes = start < 0 ? Buffer.alloc(0) : number.subarray(start);
  if (bytes.length > size) throw new RangeError('a number is too long');
  return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
}
