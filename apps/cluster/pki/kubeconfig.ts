import { issueClient, type KeyPair } from './identity.ts';

/** A kubeconfig for a user by a new client certificate. */
export function kubeconfigFor(
  url: string,
  authority: KeyPair,
  user: string,
  groups: readonly string[],
): string {
  return kubeconfig(url, authority, { name: user, ...issueClient(authority, user, groups) });
}

/** A kubeconfig for one user, with everything inline. It holds a private key. */
export function kubeconfig(
  url: string,
  authority: KeyPair,
  user: KeyPair & { readonly name: string },
): string {
  const data = (pem: string) => Buffer.from(pem).toString('base64');
  return `apiVersion: v1
kind: Config
clusters:
- name: millrace
  cluster:
    server: ${url}
    certificate-authority-data: ${data(authority.certificate)}
users:
- name: ${JSON.stringify(user.name)}
  user:
    client-certificate-data: ${data(user.certificate)}
    client-key-data: ${data(user.key)}
contexts:
- name: millrace
  context:
    cluster: millrace
    user: ${JSON.stringify(user.name)}
current-context: millrace
`;
}
