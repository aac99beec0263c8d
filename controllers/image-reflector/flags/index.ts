import { boolean, duration, number, storageFlags, text } from '@millrace/process/flags';

/** What image-reflector-controller has beside the flags of all. */
export const reflectorFlags = {
  storagePath: storageFlags.storagePath,
  storageValueLogFileSize: number(
    'storage-value-log-file-size',
    2 ** 28,
    'accepted; the tags are kept in a database of another kind',
  ),
  storageCompressionThreshold: number(
    'storage-compression-threshold',
    64,
    'accepted; what is kept is not compressed',
  ),
  gcInterval: number('gc-interval', 10, 'accepted; the database keeps itself small'),
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'who logs in at clouds where an ImageRepository names nobody; whom others impersonate',
  ),
  noCrossNamespaceRefs: boolean('no-cross-namespace-refs', false, 'refuse references to other namespaces'),
  tokenCacheMaxDuration: duration(
    'token-cache-max-duration',
    '1h0m0s',
    'how long a token of a cloud is kept at most',
  ),
  tokenCacheMaxSize: number('token-cache-max-size', 100, 'tokens of clouds that are kept'),
};
