import type { KeyService, MasterKey } from '@millrace/sops';

/** Services elsewhere, one for each kind of keys. */
export type KeyServices = Partial<Record<MasterKey['kind'], KeyService>>;

/**
 * The keys of a Kustomization as they go to the thread that builds it: private keys, which open data keys there, and
 * data keys that services elsewhere have opened already.
 */
export interface DecryptionKeys {
  /** How the Secret is called in errors: `sops decryption Secret 'apps/keys'`. */
  secret: string;
  /** Identities of age, by the entries of the Secret that they stand in. */
  age: Record<string, string>;
  /** Secret keys of OpenPGP, likewise. */
  pgp: Record<string, Uint8Array>;
  /** How services elsewhere are called, by the kind of keys that they open. */
  services: Partial<Record<MasterKey['kind'], string>>;
  /** Data keys that these have opened, or why they have not, by `keyName`. */
  data: ReadonlyMap<string, DataKey>;
}

export type DataKey = { key: Uint8Array } | { problem: string };

/** Equal keys have equal names. */
export const keyName = (key: MasterKey): string => JSON.stringify(key);

/** A service elsewhere has to be asked for these before the build can go on. */
export class KeysWanted extends Error {
  override readonly name = 'KeysWanted';
  readonly keys: MasterKey[];

  constructor(keys: MasterKey[]) {
    super('data keys are wanted');
    this.keys = keys;
  }
}
