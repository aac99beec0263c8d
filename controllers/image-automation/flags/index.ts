import { boolean, duration, list, number, text } from '@millrace/process/flags';

/** What image-automation-controller has beside the flags of all. */
export const automationFlags = {
  noCrossNamespaceRefs: boolean('no-cross-namespace-refs', false, 'refuse references to other namespaces'),
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'who logs in at clouds where a Provider names nobody; whom others impersonate',
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
