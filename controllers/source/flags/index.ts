import { duration, list, number, storageFlags, text } from '@millrace/process/flags';

/** What source-controller has beside the flags of all. */
export const sourceFlags = {
  ...storageFlags,
  helmIndexMaxSize: number(
    'helm-index-max-size',
    50 * 2 ** 20,
    'the largest index of a Helm repository, in bytes',
  ),
  helmChartMaxSize: number(
    'helm-chart-max-size',
    10 * 2 ** 20,
    'the largest archive of a Helm chart, in bytes',
  ),
  helmChartFileMaxSize: number(
    'helm-chart-file-max-size',
    5 * 2 ** 20,
    'the largest file in a Helm chart, in bytes',
  ),
  helmCacheMaxSize: number(
    'helm-cache-max-size',
    0,
    'indexes that are kept read for --helm-cache-ttl; 0: while in use',
  ),
  helmCacheTtl: duration('helm-cache-ttl', '15m', 'how long an index that nobody uses is kept read'),
  helmCachePurgeInterval: duration(
    'helm-cache-purge-interval',
    '1m',
    'without effect: an index goes when its time is over',
  ),
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'who logs in at clouds where an object names nobody; whom kustomize- and helm-controller impersonate',
  ),
  tokenCacheMaxDuration: duration(
    'token-cache-max-duration',
    '1h0m0s',
    'how long a token of a cloud is kept at most',
  ),
  tokenCacheMaxSize: number('token-cache-max-size', 100, 'tokens of clouds that are kept'),
  sshKexAlgos: list(
    'ssh-kex-algos',
    'an algorithm of SSH to exchange keys by, in place of those that are safe',
  ),
  sshHostkeyAlgos: list('ssh-hostkey-algos', 'a kind of key that hosts of SSH may show'),
};
