import { boolean, duration, list, number, text } from '@millrace/process/flags';

/** What kustomize-controller has beside the flags of all. */
export const kustomizeFlags = {
  concurrentSsa: number('concurrent-ssa', 4, 'how many requests of one apply are under way at once', {
    least: 1,
  }),
  customApplyStageKinds: text(
    'custom-apply-stage-kinds',
    '',
    'group/Kind, ... of objects that are applied before the rest, after definitions and classes',
  ),
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'whom to impersonate where a Kustomization names nobody',
  ),
  defaultDecryptionServiceAccount: text(
    'default-decryption-service-account',
    '',
    'who asks for keys of SOPS that others keep, where a Kustomization names nobody',
  ),
  defaultKubeconfigServiceAccount: text(
    'default-kubeconfig-service-account',
    '',
    'who enters remote clusters of a provider, where their ConfigMap names nobody',
  ),
  sopsAgeSecret: text(
    'sops-age-secret',
    '',
    'a Secret in RUNTIME_NAMESPACE with keys of age, for Kustomizations that name no Secret',
  ),
  sopsVaultConfigmap: text(
    'sops-vault-configmap',
    '',
    'a ConfigMap in RUNTIME_NAMESPACE with the servers of Vault that take tokens of the cluster',
  ),
  httpRetry: number('http-retry', 9, 'how often a server of artifacts that is away is asked again'),
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
  tokenCacheMaxDuration: duration(
    'token-cache-max-duration',
    '1h0m0s',
    'how long a token of a cloud is kept at most',
  ),
  tokenCacheMaxSize: number('token-cache-max-size', 100, 'tokens of clouds that are kept'),
  overrideManagers: list('override-manager', 'a field manager whose changes to managed objects are undone'),
};
