import { createDecipheriv, createSecretKey, type DecipherGCM, type KeyObject } from 'node:crypto';
import { parseFlag } from './metadata-fields.ts';
import { Comment, type Scalar, Timestamp } from './tree.ts';

/** A value as it stands in a file: AES-GCM, the type in clear. Nothing is said about what stands behind it. */
const form =
  /^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]+),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:([^\n]+)\]/;

/** Why a value was not decrypted, to be put behind the name of the value. */
export class CipherFailed extends Error {}

const algorithms: Record<number, 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'> = {
  16: 'aes-128-gcm',
  24: 'aes-192-gcm',
  32: 'aes-256-gcm',
};
/** What OpenSSL takes; SOPS writes 32 bytes, versions for Python wrote 32 as well. */
const longestNonce = 64;
const tagLength = 16;

/** Decrypts the values of one file by its data key. */
export class Cipher {
  /** Made once: Node makes one of bytes at every value, which takes longer than the value. */
  readonly #key: KeyObject;
  readonly #algorithm: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';

  /** @throws CipherFailed for a data key of another length than AES has. */
  constructor(key: Uint8Array) {
    const algorithm = algorithms[key.length];
    if (algorithm === undefined) throw new CipherFailed(`the data key has ${key.length} bytes, not 32`);
    this.#key = createSecretKey(key);
    this.#algorithm = algorithm;
  }

  /**
   * The value with the type that it had. `context` is what was authenticated with it: its path, or the time of the MAC.
   * An empty text is not encrypted.
   * @throws CipherFailed
   */
  decrypt(text: string, context: string): Scalar | Comment {
    return text === '' ? '' : typed(...this.#open(text, context));
  }

  #open(text: string, context: string): [type: string, plain: Buffer] {
    const found = form.exec(text);
    if (found === null)
      throw new CipherFailed('it does not match the format of an encrypted value (ENC[...])');
    const [data, nonce, tag] = found.slice(1, 4).map(part => decode(part));
    if (nonce!.length === 0 || nonce!.length > longestNonce || tag!.length !== tagLength)
      throw new CipherFailed('its iv or tag has a wrong length');
    try {
      const options = { authTagLength: tagLength };
      const cipher: DecipherGCM = createDecipheriv(this.#algorithm, this.#key, nonce!, options);
      cipher.setAuthTag(tag!);
      cipher.setAAD(Buffer.from(context));
      const plain = cipher.update(data!);
      cipher.final();
      return [found[4]!, plain];
    } catch (cause) {
      throw new CipherFailed(
        'it was not encrypted by this data key for this place: the file was changed by hand or put together from others',
        { cause },
      );
    }
  }
}

/** Strict, as Go reads base64: what Node would read over makes one value two spellings. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new CipherFailed('a part of it is no base64');
  return bytes;
}

/** `bytes` is what versions for Python called a text that was not Unicode. */
function typed(type: string, plain: Buffer): Scalar | Comment {
  if (type === 'str' || type === 'bytes') return fromBytes(plain);
  const text = plain.toString();
  switch (type) {
    case 'comment':
      return new Comment(text);
    case 'int':
      if (/^[-+]?\d{1,19}$/.test(text) && isInt64(BigInt(text.replace('+', ''))))
        return BigInt(text.replace('+', ''));
      break;
    case 'float':
      if (floatForm.test(text)) return Number(text.replace(/inf(inity)?$/i, 'Infinity'));
      break;
    case 'bool':
      return parseFlag(text) ?? wrongType(type);
    case 'time':
      return new Timestamp(text);
    default:
      throw new CipherFailed('its type is unknown to this version');
  }
  return wrongType(type);
}

const floatForm = /^[-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|NaN|Inf)$/;

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

function wrongType(type: string): never {
  throw new CipherFailed(`it is not of its type (${type})`);
}

/** Text, or the bytes themselves where they are not UTF-8. */
export function fromBytes(bytes: Buffer): string | Uint8Array {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : bytes;
}
