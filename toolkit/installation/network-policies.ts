import type { JsonObject } from '@millrace/json';

/** The ports of Flux's controllers, and of the page. */
export const ports = {
  http: 9090,
  'http-webhook': 9292,
  'http-prom': 8080,
  healthz: 9440,
  'http-web': 9595,
} as const;

export interface Receivers {
  /** The label `app` of whoever takes webhooks. */
  webhooks: string;
  /** The label `app` of whoever serves the page, if anybody does. */
  page?: string | undefined;
}

/** Nobody from other namespaces reaches the controllers, but for metrics, webhooks and the page. */
export function networkPolicies({ webhooks, page }: Receivers): JsonObject[] {
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
  const to = (app: string, port: number): JsonObject => ({
    ingress: [fromEverywhere(port)],
    podSelector: { matchLabels: { app } },
    policyTypes: ['Ingress'],
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
    policy('allow-webhooks', to(webhooks, ports['http-webhook'])),
    ...(page === undefined ? [] : [policy('allow-web', to(page, ports['http-web']))]),
  ];
}
