import { SignatureError } from '../errors.ts';
import type { Envelope } from './envelope.ts';

/** The signed attributes of an envelope, whatever it is written in (Notary Project, specs/signature-specification.md). */
export interface SignedAttributes {
  /** Those that have to be understood. */
  critical: unknown[];
  get(name: string): unknown;
  /** A point in time under a name; undefined where it is none. */
  time(name: string): Date | undefined;
}

const prefix = 'io.cncf.notary.';
const names = {
  scheme: `${prefix}signingScheme`,
  signingTime: `${prefix}signingTime`,
  authenticSigningTime: `${prefix}authenticSigningTime`,
  expiry: `${prefix}expiry`,
};
const plugin = `${prefix}verificationPlugin`;

/** Throws SignatureError for attributes that contradict each other, or that only a plugin understands. */
export function readAttributes(
  attributes: SignedAttributes,
): Pick<Envelope, 'scheme' | 'signingTime' | 'expiry'> {
  const scheme = attributes.get(names.scheme);
  if (scheme !== 'notary.x509' && scheme !== 'notary.x509.signingAuthority')
    throw new SignatureError('the signing scheme of the signature is not supported');
  const byAuthority = scheme === 'notary.x509.signingAuthority';
  const hasExpiry = attributes.get(names.expiry) !== undefined;
  requireCritical(attributes, [
    names.scheme,
    ...(byAuthority ? [names.authenticSigningTime] : []),
    ...(hasExpiry ? [names.expiry] : []),
  ]);
  const signingTime = attributes.time(byAuthority ? names.authenticSigningTime : names.signingTime);
  const expiry = attributes.time(names.expiry);
  if (!signingTime || (hasExpiry && !expiry)) throw new SignatureError('a time in the signature is none');
  if (expiry && expiry <= signingTime) throw new SignatureError('the signature expires before it was made');
  return { scheme, signingTime, expiry };
}

function requireCritical({ critical, get }: SignedAttributes, needed: string[]): void {
  const missing = needed.find(name => !critical.includes(name));
  if (missing)
    throw new SignatureError(`the attribute ${missing} of the signature is not marked as critical`);
  if (get(plugin) !== undefined)
    throw new SignatureError(
      `the signature needs the verification plugin '${get(plugin)}', and there are none here`,
    );
  const known: unknown[] = [...Object.values(names), 'alg', 'cty', 1, 3];
  const unknown = critical.find(name => !known.includes(name));
  if (unknown !== undefined)
    throw new SignatureError(`the critical attribute '${unknown}' of the signature is not known`);
}
