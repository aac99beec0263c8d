import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import type { Entry } from '../store/entry.ts';
import { createObject } from '../verbs/create.ts';
import { asManager } from './finalizers.ts';

/** See that each namespace has its default service account and the authority's certificate. */
export function furnishNamespaces(api: Api, authority: string): void {
  const furnish = (namespace: Entry) => {
    if (namespace.terminating) return;
    ensure(api, 'serviceaccounts', namespace.name, 'default', {});
    ensure(api, 'configmaps', namespace.name, 'kube-root-ca.crt', {
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
    if (type !== 'DELETED' || !standing || !['/serviceaccounts', '/configmaps'].includes(entry.resource))
      return;
    const namespace = api.store.get('/namespaces', '', entry.namespace);
    if (namespace) furnish(namespace);
  });
}

function ensure(api: Api, plural: string, namespace: string, name: string, object: JsonObject): void {
  const resource = api.registry.find('', 'v1', plural)!;
  if (api.store.get(resource.storage, namespace, name)) return;
  const metadata = { ...(object.metadata as JsonObject | undefined), name };
  createObject(
    api,
    { resource, namespace, name, subresource: '' },
    { ...object, metadata },
    asManager('kube-controller-manager'),
  );
}
