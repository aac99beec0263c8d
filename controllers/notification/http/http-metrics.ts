import { Gauge, Histogram, type Registry } from 'prom-client';

/** What a server counts of a request; the end is told how it was answered. */
export type Measure = (handler: string, method: string) => (code: number, bytes: number) => void;

/** Those of slok/go-http-metrics: the default buckets of Prometheus, and 100 bytes to 1 GB. */
const buckets = {
  seconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  bytes: [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9],
};

/** @param prefix `gotk_receiver` */
export function httpMetrics(prefix: string, registry: Registry): Measure {
  const registers = [registry];
  const labelNames = ['service', 'handler', 'method', 'code'] as const;
  const duration = new Histogram({
    name: `${prefix}_http_request_duration_seconds`,
    help: 'The latency of the HTTP requests.',
    labelNames,
    buckets: buckets.seconds,
    registers,
  });
  const size = new Histogram({
    name: `${prefix}_http_response_size_bytes`,
    help: 'The size of the HTTP responses.',
    labelNames,
    buckets: buckets.bytes,
    registers,
  });
  const inflight = new Gauge({
    name: `${prefix}_http_requests_inflight`,
    help: 'The number of requests that are being answered.',
    labelNames: ['service', 'handler'] as const,
    registers,
  });
  return (handler, method) => {
    const began = performance.now();
    inflight.inc({ service: '', handler });
    return (code, bytes) => {
      const labels = { service: '', handler, method, code: String(code) };
      inflight.dec({ service: '', handler });
      duration.observe(labels, (performance.now() - began) / 1000);
      size.observe(labels, bytes);
    };
  };
}
