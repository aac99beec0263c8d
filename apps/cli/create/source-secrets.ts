import { confirm } from '../output/confirm.ts';
import { tell } from '../output/print.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import type { Session } from '../verbs/session.ts';
import { read } from './read.ts';
import { credentialsSecret, type Secret, secretOf, sshSecret, upsertSecret } from './secret-objects.ts';
import type { BucketOptions, GitOptions, HelmOptions } from './source-options.ts';

/** The Secret that a GitRepository needs and nobody has named, by its name; undefined where it needs none. */
export async function gitSecret(
  session: Session,
  name: string,
  scheme: string,
  options: GitOptions,
): Promise<string | undefined> {
  const { namespace } = session.globals;
  if (scheme === 'ssh') {
    const secret = await sshSecret(name, namespace, options.url!, options);
    const { known_hosts: hosts, 'identity.pub': key } = secret.stringData ?? {};
    tell.success(`collected public key from SSH server:\n${hosts}`);
    tell.making(`deploy key: ${key}`);
    if (!options.silent) await confirm('Have you added the deploy key to your repository');
    return apply(session, secret, 'repository');
  }
  if (scheme === 'http') tell.warning('insecure configuration: credentials configured for an HTTP URL');
  const authority = options.caFile ? await read(options.caFile, 'unable to read TLS CA file') : '';
  const { username = '', password = '' } = options;
  const login: Record<string, string> = username !== '' && password !== '' ? { username, password } : {};
  const data: Record<string, string> = {
    ...login,
    ...(authority && scheme === 'https' ? { 'ca.crt': authority } : {}),
  };
  if (Object.keys(data).length === 0) return undefined;
  return apply(session, secretOf({ name, namespace, data }), 'repository');
}

/** The Secret that a HelmRepository needs and nobody has named. */
export async function helmSecret(
  session: Session,
  name: string,
  options: HelmOptions,
): Promise<string | undefined> {
  const { caFile, certFile, keyFile, username = '', password = '' } = options;
  const pair = certFile && keyFile;
  const secret = credentialsSecret(`helm-${name}`, session.globals.namespace, {
    username,
    password,
    authority: caFile ? await read(caFile, 'unable to read TLS CA file') : '',
    certificate: pair ? await read(certFile, 'failed to read cert file') : '',
    key: pair ? await read(keyFile, 'failed to read key file') : '',
  });
  return secret.stringData ? apply(session, secret, 'repository') : undefined;
}

/** The Secret that a Bucket needs and nobody has named. */
export async function bucketSecret(
  session: Session,
  name: string,
  { accessKey, secretKey }: BucketOptions,
): Promise<string | undefined> {
  if (!accessKey || !secretKey) return undefined;
  const data = { accesskey: accessKey, secretkey: secretKey };
  const secret = secretOf({ name: `bucket-${name}`, namespace: session.globals.namespace, data });
  return apply(session, secret, 'the bucket');
}

async function apply(session: Session, secret: Secret, whose: string): Promise<string> {
  tell.action(
    whose === 'repository'
      ? 'applying secret with repository credentials'
      : `applying secret with ${whose} credentials`,
  );
  await upsertSecret(session, secret, fieldManager);
  tell.success('authentication configured');
  return secret.metadata.name;
}
