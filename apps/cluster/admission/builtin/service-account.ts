import type { Json, JsonObject } from '@millrace/json';
import { randomSuffix } from '../../api/names.ts';
import { childOf, listAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import { type Arrival, type Plugin, refusal } from './review.ts';

const mirror = 'kubernetes.io/config.mirror';
const volumePrefix = 'kube-api-access-';
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Pods run as a service account of their namespace, which must exist, use its pull secrets and mount a token of it.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-admission-controller
 */
export const serviceAccount: Plugin = {
  name: 'ServiceAccount',
  admit(arrival) {
    const pod = arrival.object;
    if (valueAt(pod, 'metadata', 'annotations', mirror) !== undefined) {
      refuseMirror(arrival);
      return;
    }
    const spec = childOf(pod, 'spec');
    const name = textAt(spec, 'serviceAccountName') || 'default';
    spec.serviceAccountName = name;
    spec.serviceAccount = name;
    const account = lookUp(arrival, name);
    if (mountsToken(spec, account)) mountToken(spec);
    if (listAt(spec, 'imagePullSecrets').length > 0) return;
    const secrets = objectsAt(account, 'imagePullSecrets').map(secret => ({ name: textAt(secret, 'name') }));
    if (secrets.length > 0) spec.imagePullSecrets = secrets;
  },
};

/** Those that a node made for itself, with nobody's rights. */
function refuseMirror(arrival: Arrival): void {
  const pod = arrival.object;
  if (textAt(pod, 'spec', 'serviceAccountName'))
    throw refusal(arrival, 'a mirror pod may not reference service accounts');
  const tokens = objectsAt(pod, 'spec', 'volumes').some(volume =>
    objectsAt(volume, 'projected', 'sources').some(source => source.serviceAccountToken !== undefined),
  );
  if (tokens) throw refusal(arrival, 'a mirror pod may not use ServiceAccountToken volume projections');
}

function lookUp(arrival: Arrival, name: string): JsonObject {
  const { namespace } = arrival.target;
  const entry = arrival.api.store.get('/serviceaccounts', namespace, name);
  if (entry) return read(entry);
  const place = `${namespace}/${name}`;
  const why = `error looking up service account ${place}: serviceaccount ${JSON.stringify(name)} not found`;
  throw refusal(arrival, why);
}

/** The Pod's own word counts more than the account's. */
function mountsToken(spec: JsonObject, account: JsonObject): boolean {
  return (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) === true;
}

function mountToken(spec: JsonObject): void {
  const volumes = objectsAt(spec, 'volumes');
  const known = volumes.find(volume => textAt(volume, 'name').startsWith(volumePrefix));
  const name = known ? textAt(known, 'name') : `${volumePrefix}${randomSuffix()}`;
  let used = false;
  for (const container of [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')]) {
    const mounts: Json[] = listAt(container, 'volumeMounts');
    if (objectsAt(container, 'volumeMounts').some(mount => mount.mountPath === mountPath)) continue;
    container.volumeMounts = [...mounts, { name, readOnly: true, mountPath }];
    used = true;
  }
  if (used && !known) spec.volumes = [...volumes, tokenVolume(name)];
}

function tokenVolume(name: string): JsonObject {
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        // An hour and a little, by which API servers recognise tokens that may be used for longer.
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
      ],
    },
  };
}
