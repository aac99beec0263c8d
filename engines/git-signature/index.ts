export { keyOfRing } from './key-ring.ts';
export { openKey, type Sign, signByOpenPgp, signBySsh, UnusableKey } from './sign.ts';
export { type SignedObject, signatureOfCommit, signatureOfTag } from './signed-object.ts';
export { type TrustedKeys, UnverifiedSignature, verifySignature } from './verify.ts';
