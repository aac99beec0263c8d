export { type DecryptOptions, type DecryptTextOptions, decrypt } from './decrypt.ts';
export { decryptObject } from './decrypt-object.ts';
export { encryptedFormat, formatOf, isEncrypted, isEncryptedObject, type SopsFormat } from './format.ts';
export { ageKeys } from './keys/age.ts';
export { pgpKeys } from './keys/pgp.ts';
export type { KeyService, MasterKey } from './master-key.ts';
export { KeyFailed, SopsFailed, type SopsFailure } from './sops-error.ts';
