import type { HelmRepository } from '@millrace/api';
import type { References } from '@millrace/controller';
import { readNamed, textIn, tlsIn, unusable } from '@millrace/controller/secrets';
import type { HelmRepositoryOptions } from '@millrace/helm-repository';
import { type KubeObject, keyOf } from '@millrace/kube';

/** What a repository's spec says of how it is reached; that of a dependency may be of no object. */
export type Reached = Pick<
  HelmRepository['spec'],
  'url' | 'secretRef' | 'certSecretRef' | 'passCredentials' | 'insecure' | 'provider'
>;

/**
 * How a repository is reached and asked, by the Secrets that its spec names in the owner's namespace. Throws Parked
 * while they are being looked for, and Failed, without their values, where they are of no use.
 * @param owner who is woken when one of them changes
 */
export async function accessOf(
  spec: Reached,
  owner: KubeObject,
  references: References,
): Promise<HelmRepositoryOptions> {
  const read = (purpose: string, ref: { name: string } | undefined) =>
    readNamed(owner, references, `${purpose} of ${spec.url}`, 'Secret', ref ? [ref.name] : []);
  const [secret] = await read('credentials', spec.secretRef);
  const [certificates] = await read('certificates', spec.certSecretRef);
  // Certificates beside the login are what repositories had before spec.certSecretRef.
  const tls = certificates ? tlsIn(certificates) : secret && tlsBesideLogin(secret);
  return {
    login: secret && loginIn(secret),
    passCredentials: spec.passCredentials,
    ...(tls ? { tls } : {}),
  };
}

function loginIn(secret: KubeObject): HelmRepositoryOptions['login'] {
  const [username, password] = [textIn(secret, 'username'), textIn(secret, 'password')];
  if (username !== undefined && password !== undefined) return { username, password };
  if (username === undefined && password === undefined) return undefined;
  const lacking = username === undefined ? 'username' : 'password';
  throw unusable(
    `secret '${keyOf(secret.metadata)}' has no ${lacking}: both username and password are needed`,
  );
}

const tlsNames = ['ca.crt', 'tls.crt', 'tls.key', 'caFile', 'certFile', 'keyFile'];

function tlsBesideLogin(secret: KubeObject): HelmRepositoryOptions['tls'] {
  return tlsNames.some(name => textIn(secret, name)) ? tlsIn(secret) : undefined;
}
