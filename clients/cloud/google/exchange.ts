import { CloudError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Http } from '../http.ts';
import type { AccessToken } from '../token.ts';
import { exchangedToken } from './federation.ts';
import type { GkeMetadata } from './gke-metadata.ts';

/** Whom a ServiceAccount is at Google. */
export interface GoogleIdentity {
  /** Of the service account in whose name it acts; without it, it acts in its own. */
  email?: string;
  /** Of a cluster that is not one of Google's. */
  provider?: string;
}

/**
 * Workload identity federation: https://cloud.google.com/iam/docs/workload-identity-federation-with-kubernetes
 */
export function googleExchange(gke: GkeMetadata, http: Http): Exchange<GoogleIdentity, AccessToken> {
  const federation = ({ provider }: GoogleIdentity) => provider && `//iam.googleapis.com/${provider}`;
  return {
    provider: 'Google',
    purpose: [],
    ambient: async () => (await import('./credentials.ts')).ambientToken(http),
    identity: annotations => ({
      ...optional('email', 'iam.gke.io/gcp-service-account', email, annotations),
      ...optional('provider', 'gcp.auth.fluxcd.io/workload-identity-provider', provider, annotations),
    }),
    audiences: async (identity, signal) => [federation(identity) ?? (await gke(signal)).pool],
    async exchange(token, identity, _, signal) {
      const audience = federation(identity) ?? (await gke(signal)).audience;
      return exchangedToken(token, audience, identity.email, http, signal);
    },
  };
}

/** Both become parts of URLs. */
const email = /^[a-zA-Z0-9-]{1,100}@[a-zA-Z0-9-]{1,100}\.iam\.gserviceaccount\.com$/;
const provider =
  /^projects\/\d{1,30}\/locations\/global\/workloadIdentityPools\/[^/]{1,100}\/providers\/[^/]{1,100}$/;

function optional<Name extends string>(
  name: Name,
  annotation: string,
  form: RegExp,
  annotations: Record<string, string>,
): { [name in Name]?: string } {
  const value = annotations[annotation];
  if (!value) return {};
  if (!form.test(value))
    throw new CloudError(
      `the annotation ${annotation} is ${JSON.stringify(value)}: it must match ${form.source}`,
    );
  return { [name]: value } as { [name in Name]?: string };
}
