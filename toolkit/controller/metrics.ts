import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of the controllers, under the names that Flux's dashboards and alerts ask for. */
export interface Metrics {
  registry: Registry;
  reconcileDuration: Histogram<'kind' | 'name' | 'namespace'>;
  reconcileTotal: Counter<'controller' | 'result'>;
  reconcileTime: Histogram<'controller'>;
  activeWorkers: Gauge<'controller'>;
  queueDepth: Gauge<'name'>;
  eventsDropped: Counter;
  requests: Counter<'method' | 'code'>;
  requestKinds: Counter<'verb' | 'resource'>;
}

/** Flux's buckets: 10 ms to half an hour. */
const reconcileBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    reconcileDuration: new Histogram({
      name: 'gotk_reconcile_duration_seconds',
      help: 'The duration in seconds of a GitOps Toolkit resource reconciliation.',
      labelNames: ['kind', 'name', 'namespace'],
      buckets: reconcileBuckets,
      registers,
    }),
    reconcileTotal: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciliations by controller and result.',
      labelNames: ['controller', 'result'],
      registers,
    }),
    reconcileTime: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of time of a reconciliation by controller.',
      labelNames: ['controller'],
      buckets: reconcileBuckets,
      registers,
    }),
    activeWorkers: new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Workers that are reconciling now, by controller.',
      labelNames: ['controller'],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'workqueue_depth',
      help: 'Objects that wait for a worker, by queue.',
      labelNames: ['name'],
      registers,
    }),
    eventsDropped: new Counter({
      name: 'millrace_events_dropped_total',
      help: 'Events that were not sent because too many waited.',
      registers,
    }),
    requests: new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server by method and status code.',
      labelNames: ['method', 'code'],
      registers,
    }),
    requestKinds: new Counter({
      name: 'millrace_api_requests_total',
      help: 'Requests to the API server by what they ask for.',
      labelNames: ['verb', 'resource'],
      registers,
    }),
  };
}
