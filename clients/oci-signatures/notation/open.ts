import { SignatureError } from '../errors.ts';
import { openCose } from './cose.ts';
import type { Envelope } from './envelope.ts';
import { openJws } from './jws.ts';

/** Read an envelope and check its signature. Throws SignatureError for one that is broken, or not signed by its signer. */
export function openEnvelope(mediaType: string, bytes: Uint8Array): Envelope {
  if (mediaType === 'application/jose+json') return openJws(bytes);
  if (mediaType === 'application/cose') return openCose(bytes);
  throw new SignatureError(`signature envelope format with media type '${mediaType}' is not supported`);
}
