import { boolean, duration, number, text } from '@millrace/process/flags';

/** What notification-controller has beside the flags of all. */
export const notificationFlags = {
  receiverAddr: text('receiverAddr', '0', 'where webhooks are received; 0: nowhere; :9292 in a cluster', {
    inPod: ':9292',
  }),
  rateLimitInterval: duration(
    'rate-limit-interval',
    '5m0s',
    'how long after an event another that says the same is passed over',
  ),
  exportHttpPathMetrics: boolean(
    'export-http-path-metrics',
    false,
    'tell the paths of requests apart in the metrics of the servers',
  ),
  defaultServiceAccount: text(
    'default-service-account',
    '',
    'who logs in at clouds where a Provider names nobody; whom others impersonate',
  ),
  noCrossNamespaceRefs: boolean('no-cross-namespace-refs', false, 'refuse references to other namespaces'),
  tokenCacheMaxDuration: duration(
    'token-cache-max-duration',
    '1h0m0s',
    'how long a token of a cloud is kept at most',
  ),
  tokenCacheMaxSize: number('token-cache-max-size', 100, 'tokens of clouds that are kept'),
};
