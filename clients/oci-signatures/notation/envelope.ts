import type { X509Certificate } from 'node:crypto';

/** What an envelope holds, whose signature is by the first of its certificates. */
export interface Envelope {
  payload: Uint8Array;
  /** The signer first, the root last. */
  chain: X509Certificate[];
  /** Who vouches for the time: the signer, or an authority that signs for others. */
  scheme: 'notary.x509' | 'notary.x509.signingAuthority';
  signingTime: Date;
  expiry: Date | undefined;
}

/** Of the payload, in every kind of envelope. */
export const payloadType = 'application/vnd.cncf.notary.payload.v1+json';
