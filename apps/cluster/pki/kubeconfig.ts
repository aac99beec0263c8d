import type { Identity } from './identity.ts';

/** A kubeconfig for the administrator, with everything inline. It holds a private key. */
export function kubeconfig(url: string, identity: Identity): string {
  const data = (pem: string) => Buffer.from(pem).toString('base64');
  return `apiVersion: v1
kind: Config
clusters:
- name: millrace
  cluster:
    server: ${url}
    certificate-authority-data: ${data(identity.authority.certificate)}
users:
- name: millrace-admin
  user:
    client-certificate-data: ${data(identity.administrator.certificate)}
    client-key-data: ${data(identity.administrator.key)}
contexts:
- name: millrace
  context:
    cluster: millrace
    user: millrace-admin
current-context: millrace
`;
}
