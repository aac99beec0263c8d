import type { OCIRepository } from '@millrace/api';
import type { References } from '@millrace/controller';
import { binaryEntries, lookUp, textIn } from '@millrace/controller/secrets';
import type { KubeObject } from '@millrace/kube';
import type { SigstoreRoots, Trust } from '@millrace/oci-signatures';

/** spec.verify of what comes from a registry. */
export type Verify = NonNullable<OCIRepository['spec']['verify']>;

/** The Secrets that spec.verify names, undefined where there is none of the name. */
export interface VerificationSecrets {
  trust?: KubeObject | undefined;
  root?: KubeObject | undefined;
}

/** Missing ones are missed when something is to be verified. Throws Parked while they are being looked for. */
export async function verificationSecrets(
  owner: KubeObject,
  { secretRef, trustedRootSecretRef }: Partial<Verify>,
  references: References,
): Promise<VerificationSecrets> {
  const named = (ref: { name: string } | undefined) => (ref?.name ? [ref.name] : []);
  const read = (purpose: string, names: string[]) => lookUp(owner, references, purpose, 'Secret', names);
  const [trust] = await read('trust', named(secretRef));
  const [root] = await read('root of trust', named(trustedRootSecretRef));
  return { trust, root };
}

/** The provider, as Flux names it in messages. */
export function providerOf({ provider = 'cosign', secretRef }: Verify): string {
  return provider === 'cosign' && !secretRef ? 'cosign keyless' : provider;
}

/**
 * Whom to trust. Throws an error where the Secrets do not say it.
 * @param what the artifact, for messages
 */
export function trustOf(
  verify: Verify,
  namespace: string,
  secrets: VerificationSecrets,
  what: string,
  roots: SigstoreRoots,
): Trust {
  const { provider = 'cosign', secretRef, trustedRootSecretRef, matchOIDCIdentity = [] } = verify;
  const required = (secret: KubeObject | undefined, name: string) => {
    if (secret) return secret;
    throw new Error(`secrets "${name}" not found`);
  };
  const where = (name: string) => `${namespace}/${name}`;
  if (provider === 'notation') {
    if (!secretRef) throw new Error(`verification secret cannot be empty: '${what}'`);
    return notationTrust(required(secrets.trust, secretRef.name), where(secretRef.name));
  }
  const root = trustedRootSecretRef && rootIn(secrets.root, where(trustedRootSecretRef.name));
  if (secretRef) return { by: 'cosign keys', keys: keysIn(required(secrets.trust, secretRef.name)) };
  return {
    by: 'cosign identities',
    identities: matchOIDCIdentity,
    root: root === undefined ? () => roots.public() : async () => root,
  };
}

function keysIn(secret: KubeObject): string[] {
  const keys = binaryEntries(secret).filter(([name]) => name.endsWith('.pub'));
  return keys.map(([, bytes]) => bytes.toString('utf8'));
}

const rootEntry = 'trusted_root.json';

function rootIn(secret: KubeObject | undefined, where: string): string {
  const problem = (said: string) => new Error(`failed to read trusted root from secret '${where}': ${said}`);
  if (!secret) throw problem(`secrets "${where.slice(where.indexOf('/') + 1)}" not found`);
  const root = textIn(secret, rootEntry);
  if (root === undefined) throw problem(`'${rootEntry}' not found in secret '${where}'`);
  return root;
}

const policyEntry = 'trustpolicy.json';

function notationTrust(secret: KubeObject, where: string): Trust {
  const policy = textIn(secret, policyEntry);
  if (policy === undefined) throw new Error(`'${policyEntry}' not found in secret '${where}'`);
  const certificates = binaryEntries(secret)
    .filter(([name]) => name.endsWith('.crt') || name.endsWith('.pem'))
    .map(([, bytes]) => bytes);
  if (certificates.length === 0) throw new Error(`no certificates found in secret '${where}'`);
  return { by: 'notation', policy, certificates };
}
