import { X509Certificate } from 'node:crypto';
import { isObject, type Json } from '@millrace/json';
import { SignatureError } from '../errors.ts';
import { requireObject } from '../store.ts';
import { algorithmOf } from './algorithms.ts';
import { readAttributes } from './attributes.ts';
import { type Envelope, payloadType } from './envelope.ts';

/** An envelope in JSON (RFC 7515, flattened; Notary Project, specs/signature-envelope-jws.md). */
export function openJws(bytes: Uint8Array): Envelope {
  const { payload, protected: head, header, signature } = requireObject(bytes, 'the signature');
  if (typeof payload !== 'string' || typeof head !== 'string' || typeof signature !== 'string')
    throw new SignatureError('the signature has no payload, protected header and signature');
  const chain = certificatesIn(isObject(header) ? header.x5c : undefined);
  const algorithm = algorithmOf(chain[0]);
  const attributes = requireObject(Buffer.from(head, 'base64url'), 'the protected header of the signature');
  if (attributes.alg !== algorithm.jws)
    throw new SignatureError('the algorithm of the signature is not that of its certificate');
  const signed = Buffer.from(`${head}.${payload}`);
  if (!algorithm.verify(signed, Buffer.from(signature, 'base64url')))
    throw new SignatureError('signature is invalid: it is not by its certificate');
  if (attributes.cty !== payloadType)
    throw new SignatureError(`the payload of the signature has to be ${payloadType}`);
  const get = (name: string) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined);
  const { crit } = attributes;
  return {
    payload: Buffer.from(payload, 'base64url'),
    chain,
    ...readAttributes({ critical: Array.isArray(crit) ? crit : [], get, time: name => timeOf(get(name)) }),
  };
}

function certificatesIn(list: Json | undefined): [X509Certificate, ...X509Certificate[]] {
  const [leaf, ...others] = (Array.isArray(list) ? list : []).map(text => {
    try {
      return new X509Certificate(Buffer.from(String(text), 'base64'));
    } catch {
      throw new SignatureError('the signature has a malformed certificate');
    }
  });
  if (leaf) return [leaf, ...others];
  throw new SignatureError('certificate chain is not present');
}

function timeOf(value: Json | undefined): Date | undefined {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
