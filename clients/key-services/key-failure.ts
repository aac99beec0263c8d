import { failure } from '@millrace/cloud';
import { KeyFailed } from '@millrace/sops';

/** Run what opens a key; whatever it throws, but for the signal's reason, becomes KeyFailed that says by what it failed. */
export async function opening<T>(
  service: string,
  signal: AbortSignal | undefined,
  secrets: (string | undefined)[],
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    signal?.throwIfAborted();
    const why = cause instanceof KeyFailed ? cause.message : cause;
    throw new KeyFailed(failure(`failed to decrypt sops data key with ${service}`, why, secrets).message);
  }
}

/** Bytes in base64, as Go reads it. Throws KeyFailed for what is none: a decoder that is lenient opens other keys. */
export function fromBase64(text: string, encoding: 'base64' | 'base64url', what: string): Buffer {
  const bytes = Buffer.from(text, encoding);
  const lines = text.replace(/[\r\n]/g, '');
  if (text === '' || bytes.toString(encoding) !== lines) throw new KeyFailed(`${what} is no base64`);
  return bytes;
}
