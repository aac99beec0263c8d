import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { type ClusterPlace, canonicalAddress } from '../cluster.ts';
import { CloudError } from '../errors.ts';
import { type Http, pathOf } from '../http.ts';
import { askJson } from '../json-answer.ts';
import type { AzureCloud } from './clouds.ts';

/** The application that every API server of AKS belongs to: who asks it needs a token for this. */
export const aksScope = '6dae42f8-4368-4678-94ff-3960e28e3630/.default';

const clusterId =
  /^\/subscriptions\/[^/]{36}\/resourceGroups\/[^/]{1,200}\/providers\/Microsoft\.ContainerService\/managedClusters\/[^/]{1,200}$/i;

const apiVersion = '2025-05-01';

/** The identifier as a path of the resource manager. Throws CloudError for what is none. */
function aksPath(id: string): string {
  if (!clusterId.test(id))
    throw new CloudError(
      `${JSON.stringify(id)} is no cluster of AKS: /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.ContainerService/managedClusters/<name> is`,
    );
  return pathOf(...id.slice(1).split('/'));
}

/**
 * Where the cluster is, as the resource manager knows it: of the kubeconfigs that it gives out, the one with this
 * address, or the first.
 */
export async function describeAks(
  id: string,
  address: string | undefined,
  cloud: AzureCloud,
  token: string,
  http: Http,
  signal: AbortSignal,
): Promise<ClusterPlace> {
  const path = aksPath(id);
  const ask = (method: string, action: string) =>
    askJson(
      http,
      'Azure does not tell where it is',
      {
        method,
        url: `${cloud.endpoint}${path}${action}?api-version=${apiVersion}`,
        headers: { authorization: `Bearer ${token}` },
        signal,
      },
      [token],
    );
  requireEntra(await ask('GET', ''));
  const places = placesIn(await ask('POST', '/listClusterUserCredential'));
  const place = places.find(
    place => !address || canonicalAddress(place.address) === canonicalAddress(address),
  );
  if (place) return place;
  throw new CloudError(
    address
      ? `its address is ${places.map(place => place.address).join(', ') || 'not known'}, and not ${address}`
      : 'Azure gives no kubeconfig for it',
  );
}

/** Tokens of Entra ID are all that we have. */
function requireEntra(cluster: JsonObject): void {
  if (isObject(cluster.properties) && isObject(cluster.properties.aadProfile)) return;
  throw new CloudError(
    'it does not take tokens of Microsoft Entra ID; https://learn.microsoft.com/en-us/azure/aks/enable-authentication-microsoft-entra-id says how it does',
  );
}

function placesIn(answer: JsonObject): ClusterPlace[] {
  const kubeconfigs = Array.isArray(answer.kubeconfigs) ? answer.kubeconfigs : [];
  return kubeconfigs.flatMap(entry => {
    const encoded = isObject(entry) && typeof entry.value === 'string' ? entry.value : '';
    const kubeconfig = parseAll(Buffer.from(encoded, 'base64').toString('utf8'), { source: 'kubeconfig' })[0];
    return placeIn(kubeconfig) ?? [];
  });
}

/** The cluster of the current context. */
function placeIn(kubeconfig: Json | undefined): ClusterPlace | undefined {
  if (!isObject(kubeconfig)) return undefined;
  const context = named(kubeconfig.contexts, kubeconfig['current-context'], 'context');
  const cluster = named(kubeconfig.clusters, context?.cluster, 'cluster');
  const { server, 'certificate-authority-data': ca } = cluster ?? {};
  if (typeof server !== 'string') return undefined;
  return {
    address: server,
    ...(typeof ca === 'string' ? { ca: Buffer.from(ca, 'base64').toString('utf8') } : {}),
  };
}

function named(list: Json | undefined, name: Json | undefined, field: string): JsonObject | undefined {
  const entry = Array.isArray(list) ? list.find(item => isObject(item) && item.name === name) : undefined;
  const value = isObject(entry) ? entry[field] : undefined;
  return isObject(value) ? value : undefined;
}
