import type { TransportRequest } from './transport.ts';

/** What a request asks for, in the words of Kubernetes: `apply` of `configmaps`, `patch` of `kustomizations/status`. */
export interface RequestKind {
  verb: string;
  /** The plural, with the subresource where there is one; empty for discovery and what else is no resource. */
  resource: string;
}

/** @param request as it was sent; its path is `/api/v1/…` or `/apis/<group>/<version>/…` for resources */
export function requestKindOf({ method, path, contentType }: TransportRequest): RequestKind {
  const [place = '', query = ''] = path.split('?');
  const parts = place.split('/').slice(1);
  const rest = parts.slice(parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : parts.length);
  const scoped = rest[0] === 'namespaces' && rest.length > 2 ? rest.slice(2) : rest;
  const [plural = '', name, subresource] = scoped;
  const resource = subresource ? `${plural}/${subresource}` : plural;
  return { verb: verbOf(method, new URLSearchParams(query), name !== undefined, contentType), resource };
}

function verbOf(method: string, query: URLSearchParams, named: boolean, contentType?: string): string {
  if (query.get('dryRun')) return 'dry-run';
  if (method === 'GET') return query.get('watch') ? 'watch' : named ? 'get' : 'list';
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'DELETE') return 'delete';
  return contentType === 'application/apply-patch+yaml' ? 'apply' : 'patch';
}
