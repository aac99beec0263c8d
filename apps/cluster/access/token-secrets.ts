import { isObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import { childOf, objectAt, textAt } from '../api/tree.ts';
import { asManager } from '../control/finalizers.ts';
import { type Entry, read } from '../store/entry.ts';
import { deleteObject } from '../verbs/delete.ts';
import { changeObject } from '../verbs/update.ts';
import { issuer, type Tokens } from './tokens.ts';

const type = 'kubernetes.io/service-account-token';
const account = 'kubernetes.io/service-account';

/**
 * Fill the Secrets that ask for the token of a service account, and delete those whose account is gone.
 * https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
 */
export function fillTokenSecrets(api: Api, tokens: Tokens, authority: string): void {
  const see = (entry: Entry) => {
    if (entry.resource === '/secrets' && entry.json.includes(type)) fill(api, tokens, authority, entry);
  };
  for (const entry of api.store.list('/secrets')) see(entry);
  api.store.subscribe(({ type: event, entry }) => {
    if (event !== 'DELETED') see(entry);
    if (entry.resource === '/serviceaccounts')
      for (const secret of api.store.list('/secrets', entry.namespace)) see(secret);
  });
}

function fill(api: Api, tokens: Tokens, authority: string, entry: Entry): void {
  const secret = read(entry);
  if (secret.type !== type || entry.terminating) return;
  const { namespace, name } = entry;
  const annotations = objectAt(secret, 'metadata', 'annotations');
  const owner = api.store.get('/serviceaccounts', namespace, textAt(annotations, `${account}.name`));
  const target = { resource: api.registry.find('', 'v1', 'secrets')!, namespace, name, subresource: '' };
  const uid = textAt(annotations, `${account}.uid`);
  if (!owner || (uid && uid !== owner.uid)) {
    if (uid) deleteObject(api, target, { dryRun: false });
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
  changeObject(
    api,
    target,
    object => {
      const data = isObject(object.data) ? object.data : {};
      childOf(childOf(object, 'metadata'), 'annotations')[`${account}.uid`] = owner.uid;
      object.data = {
        ...data,
        'ca.crt': encoded(authority),
        namespace: encoded(namespace),
        token: encoded(token),
      };
      return object;
    },
    asManager('kube-controller-manager'),
  );
}
