import { boolean, list, text } from '@millrace/process/flags';

/** What kustomize-controller has beside the flags of all. */
export const kustomizeFlags = {
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'whom to impersonate where a Kustomization names nobody',
  ),
  noCrossNamespaceRefs: boolean('no-cross-namespace-refs', false, 'refuse references to other namespaces'),
  noRemoteBases: boolean('no-remote-bases', true, 'accepted; remote bases are never loaded here'),
  insecureKubeconfigExec: boolean(
    'insecure-kubeconfig-exec',
    false,
    'run the programs that kubeconfigs of remote clusters name (user.exec)',
  ),
  insecureKubeconfigTls: boolean(
    'insecure-kubeconfig-tls',
    false,
    'let kubeconfigs of remote clusters turn off the verification of certificates',
  ),
  overrideManagers: list('override-manager', 'a field manager whose changes to managed objects are undone'),
};
