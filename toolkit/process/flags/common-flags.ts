import { boolean, choice, duration, number, text } from './flags.ts';

/** The flags that every controller of Flux has, under the names and with the defaults of Flux where it matters. */
export const commonFlags = {
  auditLog: text(
    'audit-log',
    '',
    'a file that gets a line of JSON for each change that a reconcile makes to an object',
  ),
  concurrent: number('concurrent', 16, 'how many objects of a kind are reconciled at once', { least: 1 }),
  eventsAddr: text(
    'events-addr',
    '',
    'a URL: where events are sent to; an address: where the notification controller takes those of others (default :9090 in a cluster; :9091 in a process that serves artifacts too)',
    { variable: 'EVENTS_ADDR' },
  ),
  featureGates: text('feature-gates', '', 'features to turn on or off: A=true,B=false'),
  healthAddr: text(
    'health-addr',
    '0',
    'where /healthz and /readyz are served; 0: nowhere; :9440 in a cluster',
    { inPod: ':9440' },
  ),
  metricsAddr: text(
    'metrics-addr',
    '0',
    'where /metrics and /debug/profile are served; 0: nowhere; :8080 in a cluster',
    { inPod: ':8080', variable: 'METRICS_ADDR' },
  ),
  kubeApiQps: number('kube-api-qps', 0, 'a limit of requests a second; 0: the server limits', {
    whole: false,
  }),
  kubeApiBurst: number('kube-api-burst', 300, 'how many requests may go at once where there is a limit'),
  enableLeaderElection: boolean('enable-leader-election', false, 'let one replica work, and the others wait'),
  leaseDuration: duration('leader-election-lease-duration', '35s', 'how long a silent leader stays one'),
  renewDeadline: duration('leader-election-renew-deadline', '30s', 'how long a leader tries to stay one'),
  retryPeriod: duration('leader-election-retry-period', '5s', 'how often the lease is looked at'),
  releaseOnCancel: boolean('leader-election-release-on-cancel', true, 'give the lease back at the end'),
  logEncoding: choice('log-encoding', ['json', 'console'], 'json', 'the form of log lines'),
  logLevel: choice('log-level', ['trace', 'debug', 'info', 'error'], 'info', 'what is logged'),
  minRetryDelay: duration('min-retry-delay', '750ms', 'the wait after a first failure'),
  maxRetryDelay: duration('max-retry-delay', '15m0s', 'the longest wait after failures'),
  watchAllNamespaces: boolean('watch-all-namespaces', true, 'false: only the namespace of the controller'),
  watchLabelSelector: text('watch-label-selector', '', 'only objects with these labels: sharding'),
  watchConfigsLabelSelector: text(
    'watch-configs-label-selector',
    'reconcile.fluxcd.io/watch=Enabled',
    'accepted; here every Secret and ConfigMap that is referred to is watched',
  ),
  intervalJitter: number(
    'interval-jitter-percentage',
    5,
    'by how much intervals vary, so that not all come due together',
  ),
  requeueDependency: duration(
    'requeue-dependency',
    '30s',
    'when what is missing is looked for again, should no event tell before that it is there',
  ),
} as const;

export type CommonFlags = typeof commonFlags;
