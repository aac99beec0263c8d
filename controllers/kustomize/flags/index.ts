import { boolean, list, number, text } from '@millrace/process/flags';

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
  overrideManagers: list('override-manager', 'a field manager whose changes to managed objects are undone'),
};
