import type { JsonObject } from '@millrace/json';
import { textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import { type Component, componentOf } from './component.ts';
import type { ControlPlane } from './control-plane.ts';

const accounts = componentOf('service-account-controller');
const certificates = componentOf('root-ca-cert-publisher');

/** See that each namespace has its default service account and the authority's certificate. */
export function furnishNamespaces(plane: ControlPlane, authority: string): void {
  const { api } = plane;
  const furnish = (namespace: Entry) => {
    if (namespace.terminating) return;
    ensure(plane, accounts, 'serviceaccounts', namespace.name, 'default', {});
    ensure(plane, certificates, 'configmaps', namespace.name, 'kube-root-ca.crt', {
      metadata: {
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': authority },
    });
  };
  for (const entry of api.store.list('/namespaces')) furnish(entry);
  api.store.subscribe(({ type, entry }) => {
    if (entry.resource === '/namespaces' && type === 'ADDED') furnish(entry);
    const standing = entry.name === (entry.resource === '/serviceaccounts' ? 'default' : 'kube-root-ca.crt');
    if (!standing || !['/serviceaccounts', '/configmaps'].includes(entry.resource)) return;
    if (type === 'MODIFIED' && entry.resource === '/configmaps') restore(plane, entry, authority);
    const namespace = api.store.get('/namespaces', '', entry.namespace);
    if (type === 'DELETED' && namespace) furnish(namespace);
  });
}

/** The certificate of the authority is what it is, whoever writes something else there. */
function restore(plane: ControlPlane, { namespace, name, terminating }: Entry, authority: string): void {
  if (terminating) return;
  const resource = plane.api.registry.find('', 'v1', 'configmaps')!;
  plane.persist(() => {
    const found = plane.api.store.get(resource.storage, namespace, name);
    if (!found || textAt(read(found), 'data', 'ca.crt') === authority) return;
    const target = { resource, namespace, name, subresource: '' };
    plane.change(certificates, target, object => ({ ...object, data: { 'ca.crt': authority } }));
  });
}

function ensure(
  plane: ControlPlane,
  by: Component,
  plural: string,
  namespace: string,
  name: string,
  object: JsonObject,
): void {
  const { registry, store } = plane.api;
  const resource = registry.find('', 'v1', plural)!;
  const metadata = { ...(object.metadata as JsonObject | undefined), name };
  plane.persist(() => {
    const isWanted = store.get('/namespaces', '', namespace)?.terminating === false;
    if (!isWanted || store.get(resource.storage, namespace, name)) return;
    plane.create(by, { resource, namespace, name, subresource: '' }, { ...object, metadata });
  });
}
