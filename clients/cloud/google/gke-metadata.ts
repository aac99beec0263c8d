import { CloudError, failure } from '../errors.ts';
import type { Http } from '../http.ts';

/** For whom a cluster of Google's issues tokens. */
export interface GkePool {
  /** Its workload identity pool. */
  pool: string;
  /** What the security token service calls pool and cluster. */
  audience: string;
}

/** Asked of the machine the first time that somebody needs it: a cluster elsewhere has no such server. */
export type GkeMetadata = (signal: AbortSignal | undefined) => Promise<GkePool>;

export function gkeMetadata(http: Http): GkeMetadata {
  let known: GkePool | undefined;
  return async signal => {
    known ??= await describe(http, signal);
    return known;
  };
}

/** https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#metadata_server */
async function describe(http: Http, signal: AbortSignal | undefined): Promise<GkePool> {
  const read = (path: string) => value(http, path, signal);
  const [project, location, name] = await Promise.all([
    read('project/project-id'),
    read('instance/attributes/cluster-location'),
    read('instance/attributes/cluster-name'),
  ]);
  const pool = `${project}.svc.id.goog`;
  const cluster = `projects/${project}/locations/${location}/clusters/${name}`;
  return { pool, audience: `identitynamespace:${pool}:https://container.googleapis.com/v1/${cluster}` };
}

async function value(http: Http, path: string, signal: AbortSignal | undefined): Promise<string> {
  const host = process.env.GCE_METADATA_HOST || 'metadata.google.internal';
  const what = `the metadata server of GKE does not tell ${path}`;
  const url = `http://${host}/computeMetadata/v1/${path}`;
  const headers = { 'metadata-flavor': 'Google' };
  const answer = await http({ method: 'GET', url, headers, signal }).catch(cause => {
    signal?.throwIfAborted();
    throw failure(what, cause);
  });
  const text = answer.body.toString('utf8').trim();
  if (answer.status !== 200 || text === '') throw new CloudError(`${what}: it answers ${answer.status}`);
  return text;
}
