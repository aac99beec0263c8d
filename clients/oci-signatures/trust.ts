/** What is to be signed. */
export interface Signed {
  /** The repository with its registry: `ghcr.io/org/app`. */
  repository: string;
  /** Of the manifest or index, `sha256:…`. */
  digest: string;
}

/** Who has to have signed: regular expressions (RE2) for parts of the certificate's issuer and subject. */
export interface OidcIdentity {
  issuer: string;
  subject: string;
}

/** Whose signatures count. */
export type Trust =
  /** One of these public keys (PEM). */
  | { by: 'cosign keys'; keys: string[] }
  /**
   * Whoever Fulcio gives certificates to, and Rekor has seen signing, by the root of trust (JSON), which is the public
   * one of Sigstore unless the owner has one. No identities means any.
   */
  | { by: 'cosign identities'; identities: OidcIdentity[]; root: () => Promise<string> }
  /** A trust policy (JSON), and certificates (PEM or DER) for each of its stores. */
  | { by: 'notation'; policy: string; certificates: Uint8Array[] };

/** `ignored`: the policy lets it pass without a signature that counts. */
export type Verdict = 'verified' | 'ignored';
