import { Failed } from '@millrace/controller';
import { textIn } from '@millrace/controller/secrets';
import { type HttpCredentials, isEncrypted, type SshCredentials } from '@millrace/git';
import { type KubeObject, keyOf } from '@millrace/kube';

/**
 * How to be let in over HTTP, from the Secret of spec.secretRef: `bearerToken`, or `username` and `password`; `ca.crt`
 * (or `caFile`, as it was called before) for a server with an authority of its own; `tls.crt` and `tls.key` for one
 * that asks for a certificate. Throws Failed, without the values.
 */
export function httpCredentials(secret: KubeObject, scheme: string): HttpCredentials {
  const field = (name: string) => textIn(secret, name) || undefined;
  const bearerToken = field('bearerToken');
  const password = bearerToken ? undefined : field('password');
  const username = bearerToken ? undefined : field('username');
  if (password && !username)
    throw invalid(`invalid '${scheme}' auth option: 'password' requires 'username' to be set`);
  const [cert, key] = [field('tls.crt'), field('tls.key')];
  if (!cert !== !key)
    throw invalid(`secret '${keyOf(secret.metadata)}' has to have both tls.crt and tls.key, or none of them`);
  return { username, password, bearerToken, ca: field('ca.crt') ?? field('caFile'), cert, key };
}

/**
 * The same over SSH: `identity`, the private key, with its `password` where it is encrypted, and `known_hosts`. Throws
 * Failed, without the values.
 */
export function sshCredentials(secret: KubeObject | undefined): SshCredentials {
  const field = (name: string) => (secret && textIn(secret, name)) || undefined;
  const [identity, knownHosts, password] = [field('identity'), field('known_hosts'), field('password')];
  if (!identity) throw invalid(`invalid 'ssh' auth option: 'identity' is required`);
  if (!knownHosts) throw invalid(`invalid 'ssh' auth option: 'known_hosts' is required`);
  if (secret && isEncrypted(identity) && !password)
    throw new Failed(
      'AuthenticationFailed',
      `SSH identity key is encrypted but no 'password' field was provided in the secret '${keyOf(secret.metadata)}'`,
    );
  return { identity, knownHosts, password };
}

function invalid(problem: string): Failed {
  return new Failed('AuthenticationFailed', `failed to configure authentication options: ${problem}`);
}
