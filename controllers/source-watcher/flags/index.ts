import { boolean, duration, number, storageFlags } from '@millrace/process/flags';

/** What source-watcher has beside the flags of all. */
export const watcherFlags = {
  ...storageFlags,
  httpRetry: number('http-retry', 9, 'how often a server of artifacts that is away is asked again'),
  noCrossNamespaceRefs: boolean('no-cross-namespace-refs', false, 'refuse references to other namespaces'),
  reconciliationTimeout: duration(
    'reconciliation-timeout',
    '10m0s',
    'how long fetching sources and making artifacts of them may take',
  ),
};
