import { Problem } from './sops-error.ts';

/**
 * The secret that shares were made of, by Lagrange's interpolation at 0 over GF(2^8) with the polynomial of AES, as
 * HashiCorp Vault and SOPS have it. A share is a value for each byte of the secret, and then its place (1 to 255).
 * Too few shares, or wrong ones, give a wrong secret: it is the MAC that tells.
 * @throws Problem for shares that cannot be of one secret.
 */
export function combine(shares: readonly Uint8Array[]): Uint8Array {
  const [first] = shares;
  if (first === undefined || shares.length < 2)
    fail('less than two parts cannot be used to reconstruct the secret');
  const length = first.length - 1;
  if (length < 1) fail('parts must be at least two bytes');
  if (shares.some(share => share.length !== first.length)) fail('all parts must be the same length');
  const places = shares.map(share => share[length]!);
  if (new Set(places).size !== places.length) fail('duplicate part detected');
  const weights = places.map(place => weight(place, places));
  return Uint8Array.from({ length }, (_, i) =>
    shares.reduce((sum, share, j) => sum ^ multiply(share[i]!, weights[j]!), 0),
  );
}

function fail(problem: string): never {
  throw new Problem('key', `cannot get sops data key: could not get data key from shamir parts: ${problem}`);
}

/** What a share counts for at 0: the product of x / (x - own) over the other places. Subtraction is xor. */
function weight(own: number, places: readonly number[]): number {
  return places
    .filter(place => place !== own)
    .reduce((product, place) => multiply(product, multiply(place, inverse(place ^ own))), 1);
}

/** In constant time, as shares are secret. 0x1b is what x^8 is in this field. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    const doubled = ((product << 1) & 0xff) ^ (-(product >> 7) & 0x1b);
    product = doubled ^ (-((b >> bit) & 1) & a);
  }
  return product;
}

/** a^254: the field has 255 elements that can be inverted. */
function inverse(a: number): number {
  let power = a;
  let product = 1;
  for (let i = 0; i < 7; i++) {
    power = multiply(power, power);
    product = multiply(product, power);
  }
  return product;
}
