import { duration, list, number, text } from '@millrace/process/flags';

/** What source-controller has beside the flags of all. */
export const sourceFlags = {
  storagePath: text('storage-path', '.millrace/controllers', 'where artifacts and repositories are kept'),
  storageAddr: text('storage-addr', '127.0.0.1:0', 'where artifacts are served'),
  storageAdvAddr: text('storage-adv-addr', '', 'the address of artifacts as others reach it'),
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
