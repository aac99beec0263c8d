import { requestKindOf, type TransportRequest } from '@millrace/kube';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { visiting } from './visiting.ts';

/** The metrics of the controllers, under the names that Flux's dashboards and alerts ask for. */
export interface Metrics {
  registry: Registry;
  reconcileDuration: Histogram<'kind' | 'name' | 'namespace'>;
  eventsDropped: Counter;
  leader: Gauge<'name'>;
  /** Always 0 here, once there is a lease of that name. */
  slowRenewals: Counter<'name'>;
  /** What caches of tokens do, for the object whose visit it is. */
  tokens: TokenMetrics;
  /** An index was read already, or had to be. */
  indexLooked(wasThere: boolean, repository: { name: string; namespace: string }): void;
  /** Those of one controller, which show from its start on. */
  ofController(controller: string, concurrency: number): ControllerMetrics;
  /** To be told of every answer of the API server. */
  answered(request: TransportRequest, code: number): void;
}

export interface TokenMetrics {
  looked(wasThere: boolean): void;
  asked(succeeded: boolean): void;
  kept(more: number): void;
  evicted(): void;
}

export interface ControllerMetrics {
  /** An object was added to the queue. */
  added(): void;
  /** It is to be tried again after a failure. */
  retried(): void;
  depth(depth: Record<string, number>): void;
  /** A visit begins, so many seconds after the object was added. Returns what its end is told. */
  began(
    waited: number,
  ): (result: 'success' | 'error' | 'requeue' | 'requeue_after', terminal: boolean) => void;
}

/** Flux's buckets (fluxcd/pkg, runtime/metrics): ten from 10 ms to half an hour, each so many times the one before. */
const reconcileBuckets = [
  0.01, 0.038363583488692544, 0.1471764538093883, 0.5646216173286169, 2.166090855590701, 8.309900738254731,
  31.879757075478317, 122.30217221643493, 469.19495946736544, 1799.9999999999986,
];
/** Those of controller-runtime's work queues: a nanosecond to some seconds, each ten times the one before. */
const queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const make = makers(registry);
  collectDefaultMetrics({ register: registry });
  processMetrics(registry);
  for (const name of alwaysZero) make.counter(name, 'Always 0 here.').inc(0);
  const requests = make.counter('rest_client_requests_total', 'Requests to the API server.', [
    'code',
    'host',
    'method',
  ]);
  const requestKinds = make.counter(
    'millrace_api_requests_total',
    'Requests to the API server by what they ask for.',
    ['verb', 'resource'],
  );
  return {
    registry,
    reconcileDuration: new Histogram({
      name: 'gotk_reconcile_duration_seconds',
      help: 'The duration in seconds of a GitOps Toolkit resource reconciliation.',
      labelNames: ['kind', 'name', 'namespace'],
      buckets: reconcileBuckets,
      registers: [registry],
    }),
    eventsDropped: make.counter(
      'millrace_events_dropped_total',
      'Events that were not sent because too many waited.',
    ),
    tokens: tokenMetrics(make),
    indexLooked: indexMetrics(make),
    slowRenewals: make.counter('leader_election_slowpath_total', 'Always 0 here.', ['name']),
    leader: make.gauge('leader_election_master_status', 'Whether this process leads.', ['name']),
    ofController: controllerMetrics(registry),
    answered(request, code) {
      requests.inc({ method: request.method, code: String(code), host: request.host ?? '' });
      requestKinds.inc({ ...requestKindOf(request) });
    },
  };
}

/** What Flux's controllers count and this process has nothing of: a dashboard that sums them up finds them. */
const alwaysZero = [
  'certwatcher_read_certificate_errors_total',
  'certwatcher_read_certificate_total',
  'controller_runtime_conversion_webhook_panics_total',
  'controller_runtime_webhook_panics_total',
  'process_network_receive_bytes_total',
  'process_network_transmit_bytes_total',
];

const eventOf = (wasThere: boolean) => (wasThere ? 'cache_hit' : 'cache_miss');

function tokenMetrics(make: ReturnType<typeof makers>): TokenMetrics {
  const items = make.gauge('gotk_token_cached_items', 'Tokens that are kept.');
  const evictions = make.counter('gotk_token_cache_evictions_total', 'Tokens that had to make room.');
  const requests = make.counter('gotk_token_cache_requests_total', 'Tokens that were asked for.', ['status']);
  const labels = ['event_type', 'kind', 'name', 'namespace', 'operation'];
  const events = make.counter('gotk_token_cache_events_total', 'Tokens that were there or not.', labels);
  items.set(0);
  evictions.inc(0);
  return {
    looked(wasThere) {
      const whose = visiting.getStore();
      if (!whose) return;
      const { kind, name, namespace } = whose;
      events.inc({ kind, name, namespace, event_type: eventOf(wasThere), operation: 'reconcile' });
    },
    asked: succeeded => requests.inc({ status: succeeded ? 'success' : 'failure' }),
    kept: more => items.inc(more),
    evicted: () => evictions.inc(),
  };
}

function indexMetrics(make: ReturnType<typeof makers>): Metrics['indexLooked'] {
  const labels = ['event_type', 'name', 'namespace'];
  const events = make.counter('gotk_cache_events_total', 'Indexes that were read already or not.', labels);
  return (wasThere, { name, namespace }) => events.inc({ event_type: eventOf(wasThere), name, namespace });
}

function makers(registry: Registry) {
  const registers = [registry];
  return {
    counter: <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Counter<L>({ name, help, labelNames, registers }),
    gauge: <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Gauge<L>({ name, help, labelNames, registers }),
    histogram: <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
      new Histogram<L>({ name, help, labelNames, buckets, registers }),
  };
}

function controllerMetrics(registry: Registry): Metrics['ofController'] {
  const make = makers(registry);
  const own = ['controller'] as const;
  const queue = ['controller', 'name'] as const;
  const counter = (name: string, help: string) => make.counter<string>(name, help, [...own]);
  const active = make.gauge('controller_runtime_active_workers', 'Workers that reconcile now.', [...own]);
  const limit = make.gauge('controller_runtime_max_concurrent_reconciles', 'Workers that there may be.', [
    ...own,
  ]);
  const errors = counter('controller_runtime_reconcile_errors_total', 'Reconciliations that failed.');
  const terminal = counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Those that are not tried again.',
  );
  const panics = counter('controller_runtime_reconcile_panics_total', 'Always 0 here.');
  const timeouts = counter('controller_runtime_reconcile_timeouts_total', 'Always 0 here.');
  const time = make.histogram(
    'controller_runtime_reconcile_time_seconds',
    'Length of a reconciliation.',
    [...own],
    [...reconcileBuckets],
  );
  const total = make.counter('controller_runtime_reconcile_total', 'Reconciliations by result.', [
    'controller',
    'result',
  ]);
  const adds = make.counter('workqueue_adds_total', 'Objects added to the queue.', [...queue]);
  const retries = make.counter('workqueue_retries_total', 'Objects tried again after a failure.', [...queue]);
  const depth = make.gauge('workqueue_depth', 'Objects that wait for a worker.', [
    'controller',
    'name',
    'priority',
  ]);
  const waited = make.histogram(
    'workqueue_queue_duration_seconds',
    'Time in the queue.',
    [...queue],
    queueBuckets,
  );
  const worked = make.histogram(
    'workqueue_work_duration_seconds',
    'Time of a visit.',
    [...queue],
    queueBuckets,
  );
  const running = new Map<string, Set<number>>();
  const underWay = (name: string, help: string, value: (ages: number[]) => number) =>
    new Gauge({
      name,
      help,
      labelNames: [...queue],
      registers: [registry],
      collect() {
        const now = performance.now();
        for (const [controller, begun] of running)
          this.set({ controller, name: controller }, value([...begun].map(at => (now - at) / 1000)));
      },
    });
  underWay('workqueue_longest_running_processor_seconds', 'Of the visits under way, the longest.', ages =>
    Math.max(0, ...ages),
  );
  underWay('workqueue_unfinished_work_seconds', 'Of the visits under way, all together.', ages =>
    ages.reduce((sum, age) => sum + age, 0),
  );

  return (controller, concurrency) => {
    const labels = { controller };
    const names = { controller, name: controller };
    const begun = new Set<number>();
    running.set(controller, begun);
    limit.set(labels, concurrency);
    active.set(labels, 0);
    for (const one of [errors, terminal, panics, timeouts]) one.inc(labels, 0);
    for (const result of ['success', 'error', 'requeue', 'requeue_after'])
      total.inc({ controller, result }, 0);
    for (const one of [adds, retries]) one.inc(names, 0);
    time.zero(labels);
    for (const one of [waited, worked]) one.zero(names);
    return {
      added: () => adds.inc(names),
      retried: () => retries.inc(names),
      depth(depths) {
        for (const [priority, count] of Object.entries(depths)) depth.set({ ...names, priority }, count);
      },
      began(seconds) {
        const start = performance.now();
        begun.add(start);
        active.inc(labels);
        waited.observe(names, seconds);
        return (result, isTerminal) => {
          const took = (performance.now() - start) / 1000;
          begun.delete(start);
          active.dec(labels);
          time.observe(labels, took);
          worked.observe(names, took);
          total.inc({ controller, result });
          if (result === 'error') errors.inc(labels);
          if (isTerminal) terminal.inc(labels);
        };
      },
    };
  };
}

/** What the Go client for Prometheus tells of a process and prom-client does not, as far as dashboards ask for it. */
function processMetrics(registry: Registry): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('go_memstats_alloc_bytes', 'Bytes of the heap in use.', () => process.memoryUsage().heapUsed);
  gauge('process_virtual_memory_max_bytes', 'The limit of virtual memory; -1: none.', () => -1);
  const info = {
    name: 'go_info',
    help: 'What runs the process.',
    labelNames: ['version'],
    registers: [registry],
  };
  new Gauge(info).set({ version: process.version }, 1);
}
