import { CloudError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Http } from '../http.ts';
import type { AccessToken } from '../token.ts';

interface Application {
  tenantId: string;
  clientId: string;
}

/** Microsoft Entra Workload ID: https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html */
export function azureExchange(scope: string, http: Http): Exchange<Application, AccessToken> {
  return {
    provider: 'Azure',
    purpose: [scope],
    ambient: async signal => (await import('./credentials.ts')).ambientToken(scope, http, signal),
    identity: annotations => ({
      tenantId: required(annotations, 'azure.workload.identity/tenant-id'),
      clientId: required(annotations, 'azure.workload.identity/client-id'),
    }),
    audiences: async () => ['api://AzureADTokenExchange'],
    exchange: async (token, application, _, signal) =>
      (await import('./credentials.ts')).exchangedToken(token, application, scope, http, signal),
  };
}

/** Part of the URL that the token is sent to; an identifier, or the tenant's name in the DNS. */
function required(annotations: Record<string, string>, name: string): string {
  const value = annotations[name];
  if (!value || !/^[A-Za-z0-9.-]{1,253}$/.test(value))
    throw new CloudError(
      value
        ? `the annotation ${name} is ${JSON.stringify(value)}, which is no identifier`
        : `the annotation ${name} is not set`,
    );
  return value;
}
