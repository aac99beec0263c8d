import { isObject } from '@millrace/json';
import { childOf, objectAt, textAt } from '../api/tree.ts';
import { componentOf } from '../control/component.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { type Entry, read } from '../store/entry.ts';
import { issuer, type Tokens } from './tokens.ts';

const type = 'kubernetes.io/service-account-token';
const account = 'kubernetes.io/service-account';
const self = componentOf('kube-controller-manager');

/**
 * Fill the Secrets that ask for the token of a service account, and delete those whose account is gone.
 * https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
 */
export function fillTokenSecrets(plane: ControlPlane, tokens: Tokens, authority: string): void {
  const { api } = plane;
  const see = (entry: Entry) => {
    if (entry.resource === '/secrets' && entry.json.includes(type))
      plane.persist(() => fill(plane, tokens, authority, entry));
  };
  for (const entry of api.store.list('/secrets')) see(entry);
  api.store.subscribe(({ type: event, entry }) => {
    if (event !== 'DELETED') see(entry);
    if (entry.resource === '/serviceaccounts')
      for (const secret of api.store.list('/secrets', entry.namespace)) see(secret);
  });
}

function fill(plane: ControlPlane, tokens: Tokens, authority: string, known: Entry): void {
  const { api } = plane;
  const entry = api.store.get('/secrets', known.namespace, known.name);
  if (!entry) return;
  const secret = read(entry);
  if (secret.type !== type || entry.terminating) return;
  const { namespace, name } = entry;
  const annotations = objectAt(secret, 'metadata', 'annotations');
  const owner = api.store.get('/serviceaccounts', namespace, textAt(annotations, `${account}.name`));
  const target = { resource: api.registry.find('', 'v1', 'secrets')!, namespace, name, subresource: '' };
  const uid = textAt(annotations, `${account}.uid`);
  if (!owner || (uid && uid !== owner.uid)) {
    if (uid) plane.delete(self, target);
    return;
  }
  if (textAt(secret, 'data', 'token')) return;
  const bound = { kind: 'Secret', name, uid: entry.uid } as const;
  const token = tokens.issue({
    namespace,
    name: owner.name,
    uid: owner.uid,
    audiences: [issuer],
    seconds: undefined,
    bound,
  });
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  plane.change(self, target, object => {
    const data = isObject(object.data) ? object.data : {};
    childOf(childOf(object, 'metadata'), 'annotations')[`${account}.uid`] = owner.uid;
    object.data = {
      ...data,
      'ca.crt': encoded(authority),
      namespace: encoded(namespace),
      token: encoded(token),
    };
    return object;
  });
}
