import type { ClusterPlace } from '../cluster.ts';
import { CloudError } from '../errors.ts';
import { type Http, pathOf } from '../http.ts';
import { askJson, textIn } from '../json-answer.ts';

/** Where the cluster is, as GKE knows it. */
export async function describeGke(
  cluster: string,
  token: string,
  http: Http,
  signal: AbortSignal,
): Promise<ClusterPlace> {
  if (!/^projects\/[^/]{1,200}\/locations\/[^/]{1,200}\/clusters\/[^/]{1,200}$/.test(cluster))
    throw new CloudError(
      `${JSON.stringify(cluster)} is no cluster of GKE: projects/<project>/locations/<location>/clusters/<name> is`,
    );
  const what = 'Google does not tell where it is';
  const url = `https://container.googleapis.com/v1${pathOf(...cluster.split('/'))}`;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await askJson(http, what, { method: 'GET', url, headers, signal }, [token]);
  return {
    address: textIn(answer, ['endpoint'], what),
    ca: Buffer.from(textIn(answer, ['masterAuth', 'clusterCaCertificate'], what), 'base64').toString('utf8'),
  };
}
