import { ArtifactError, ArtifactUnavailable, overHttp, type Reach } from '@millrace/artifact';
import { ApiError, identityHeaders, isForbidden } from '@millrace/kube';
import type { Viewer } from '@millrace/web';

/** A Service of the cluster, as the addresses of artifacts name it: `source-controller.flux-system.svc.cluster.local.`. */
const ofService = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.|$)/;

/**
 * Reads artifacts straight from whoever serves them, and those of a Service that cannot be reached from here through the API
 * server, as kubectl does: in the name of the viewer, who needs the right to `get` `services/proxy`.
 */
export function reachFor({ client, as }: Viewer): Reach {
  return async (ref, signal) => {
    const path = proxyPath(ref.url);
    try {
      return await overHttp(ref, signal);
    } catch (error) {
      signal.throwIfAborted();
      // Whoever has answered has been reached.
      if (error instanceof ArtifactError) throw error;
      if (path === undefined) throw new ArtifactUnavailable(outOfReach(ref), { cause: error });
    }
    try {
      const stream = await client.transport.stream({
        method: 'GET',
        path,
        headers: identityHeaders(as),
        signal,
      });
      return stream.chunks;
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      const why = isForbidden(cause)
        ? 'from here it is out of reach, and you may not go through the API server (get services/proxy)'
        : `the API server cannot reach it: ${cause.message}`;
      const message = `the artifact ${ref.revision} cannot be downloaded: ${why}`;
      throw new ArtifactUnavailable(message, { cause, ...(cause.code === 404 ? { status: 404 } : {}) });
    }
  };
}

const outOfReach = ({ url, revision }: Parameters<Reach>[0]) =>
  `the artifact ${revision} cannot be downloaded from ${url}: from here it may be out of reach`;

/** Undefined for what is no Service of the cluster. */
function proxyPath(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port, pathname, search } = new URL(address);
  const [, name, namespace] = ofService.exec(hostname) ?? [];
  if (name === undefined || protocol !== 'http:') return undefined;
  return `/api/v1/namespaces/${namespace}/services/${name}:${port || '80'}/proxy${pathname}${search}`;
}
