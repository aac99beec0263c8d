import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '@millrace/json';

/** Hands values to a browser that it can neither read nor change. */
export interface Seal {
  /** @param purpose for what the text is good; it opens for nothing else */
  close(purpose: string, value: JsonObject): string;
  /** Undefined for what was not closed with the same key for the same purpose. */
  open(purpose: string, text: string): JsonObject | undefined;
}

const algorithm = 'aes-256-gcm';
const sizes = { key: 32, nonce: 12, tag: 16 };

/** @param secret of at least 32 characters, from which the key is made */
export function sealOf(secret: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'millrace web', sizes.key));
  return {
    close(purpose, value) {
      const nonce = randomBytes(sizes.nonce);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(purpose, text) {
      const bytes = Buffer.from(text, 'base64url');
      // The last letter has bits that mean nothing: one value has one text.
      if (bytes.length < sizes.nonce + sizes.tag || bytes.toString('base64url') !== text) return undefined;
      const end = bytes.length - sizes.tag;
      const options = { authTagLength: sizes.tag };
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, sizes.nonce), options)
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(end));
      try {
        const parts = [decipher.update(bytes.subarray(sizes.nonce, end)), decipher.final()];
        const value: Json = JSON.parse(Buffer.concat(parts).toString('utf8'));
        return isObject(value) ? value : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
