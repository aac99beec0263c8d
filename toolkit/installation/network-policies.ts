import type { JsonObject } from '@millrace/json';

/** The ports of Flux's controllers. */
export const ports = { http: 9090, 'http-webhook': 9292, 'http-prom': 8080, healthz: 9440 } as const;

/**
 * Nobody from other namespaces reaches the controllers, but for metrics and webhooks.
 *
 * @param receiver the label `app` of whoever takes webhooks
 */
export function networkPolicies(receiver: string): JsonObject[] {
  const policy = (name: string, spec: JsonObject): JsonObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec,
  });
  const fromEverywhere = (port: number): JsonObject => ({
    from: [{ namespaceSelector: {} }],
    ports: [{ port, protocol: 'TCP' }],
  });
  return [
    policy('allow-egress', {
      egress: [{}],
      ingress: [{ from: [{ podSelector: {} }] }],
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    }),
    policy('allow-scraping', {
      ingress: [fromEverywhere(ports['http-prom'])],
      podSelector: {},
      policyTypes: ['Ingress'],
    }),
    policy('allow-webhooks', {
      ingress: [fromEverywhere(ports['http-webhook'])],
      podSelector: { matchLabels: { app: receiver } },
      policyTypes: ['Ingress'],
    }),
  ];
}
