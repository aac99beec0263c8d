declare module 'bcrypt-pbkdf' {
  /** Fills `key` from a passphrase, as OpenBSD's bcrypt_pbkdf does. 0 where it has done so. */
  export function pbkdf(
    passphrase: Uint8Array,
    passphraseLength: number,
    salt: Uint8Array,
    saltLength: number,
    key: Uint8Array,
    keyLength: number,
    rounds: number,
  ): number;
}
