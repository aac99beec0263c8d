import type { Api, Target } from '../api/api.ts';
import { forbidden, notFound } from '../api/status.ts';

const namespaces = { group: '', resource: 'namespaces', kind: 'Namespace' };

/** Refuse what is created in a namespace that is not there or is going. Throws 404 and 403. */
export function requireNamespace(api: Api, target: Target, name: string): void {
  if (!target.resource.namespaced) return;
  const namespace = api.store.get('/namespaces', '', target.namespace);
  if (!namespace) throw notFound(namespaces, target.namespace);
  if (!namespace.terminating) return;
  const why = `unable to create new content in namespace ${target.namespace} because it is being terminated`;
  throw forbidden(target.resource, name, why, {
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${target.namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
