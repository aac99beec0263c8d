export { type SigstoreRoots, sigstoreRoots } from './cosign/trusted-root.ts';
export { SignatureError } from './errors.ts';
export type { SignatureStore } from './store.ts';
export type { OidcIdentity, Signed, Trust, Verdict } from './trust.ts';
export { verifySignature } from './verify.ts';
