import { Failed } from '@millrace/controller';
import type { HttpCredentials } from '@millrace/git';
import { isObject, type Json } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';

/**
 * How to be let in, from the Secret of spec.secretRef: `username` and `password`, or `bearerToken`; `ca.crt` (or
 * `caFile`, as it was called before) for a server with an authority of its own. Throws Failed, without the values.
 */
export function httpCredentials(secret: KubeObject): HttpCredentials {
  const data = (secret as { data?: Json }).data;
  const field = (name: string) => {
    const value = isObject(data) ? data[name] : undefined;
    return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
  };
  const credentials = {
    username: field('username'),
    password: field('password'),
    bearerToken: field('bearerToken'),
    ca: field('ca.crt') ?? field('caFile'),
  };
  if (credentials.bearerToken && (credentials.username || credentials.password)) {
    throw invalid(secret, 'has both a bearerToken and a username and password: use one of them');
  }
  if (credentials.password && !credentials.username) throw invalid(secret, 'has a password and no username');
  if (credentials.username && !credentials.password) throw invalid(secret, 'has a username and no password');
  return credentials;
}

function invalid({ metadata }: KubeObject, problem: string): Failed {
  return new Failed(
    'AuthenticationFailed',
    `failed to configure authentication options: secret '${metadata.namespace}/${metadata.name}' ${problem}`,
  );
}
