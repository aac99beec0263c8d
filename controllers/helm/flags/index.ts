import { boolean, duration, list, number, text } from '@millrace/process/flags';

/** What helm-controller has beside the flags of all. */
export const helmFlags = {
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'whom to impersonate where a HelmRelease names nobody',
  ),
  defaultKubeconfigServiceAccount: text(
    'default-kubeconfig-service-account',
    '',
    'who enters remote clusters of a provider, where their ConfigMap names nobody',
  ),
  httpRetry: number('http-retry', 9, 'how often a server of artifacts that is away is asked again'),
  httpTimeout: duration('http-timeout', '30s', 'how long a server of artifacts may take'),
  gracefulShutdownTimeout: duration(
    'graceful-shutdown-timeout',
    '10m0s',
    'how long breaking off the actions under way may take when the controller ends',
  ),
  noCrossNamespaceRefs: boolean('no-cross-namespace-refs', false, 'refuse references to other namespaces'),
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
  overrideManagers: list(
    'override-manager',
    'a field manager whose changes to objects of releases are undone',
  ),
  snapshotDigestAlgo: text('snapshot-digest-algo', 'sha256', 'accepted; digests are of sha256'),
  oomWatchInterval: duration('oom-watch-interval', '500ms', 'accepted; memory is not watched here'),
  oomWatchMemoryThreshold: number('oom-watch-memory-threshold', 95, 'accepted; memory is not watched here'),
  oomWatchMaxMemoryPath: text('oom-watch-max-memory-path', '', 'accepted; memory is not watched here'),
  oomWatchCurrentMemoryPath: text(
    'oom-watch-current-memory-path',
    '',
    'accepted; memory is not watched here',
  ),
};
