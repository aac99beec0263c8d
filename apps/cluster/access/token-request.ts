import { isObject, type JsonObject } from '@millrace/json';
import { type Api, type Target, timestamp } from '../api/api.ts';
import { type Cause, conflict, invalid, notFound } from '../api/status.ts';
import { listAt, numberAt, objectAt, textAt } from '../api/tree.ts';
import { type BoundObject, issuer, type Tokens } from './tokens.ts';

const hour = 3600;
const [shortest, longest] = [600, 2 ** 32];

/**
 * Issue a token to a service account, as the subresource `token` does. Throws 404 for an account or bound object
 * that is not there and 422.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export function requestToken(api: Api, tokens: Tokens, target: Target, request: JsonObject): JsonObject {
  const { namespace, name } = target;
  const account = api.store.get('/serviceaccounts', namespace, name);
  if (!account) throw notFound(target.resource, name);
  const spec = objectAt(request, 'spec');
  const seconds = numberAt(spec, 'expirationSeconds') ?? hour;
  refuseLength(seconds);
  const asked = listAt(spec, 'audiences').map(String);
  const audiences = asked.length > 0 ? asked : [issuer];
  const bound = boundObject(api, namespace, spec);
  const token = tokens.issue({
    namespace,
    name,
    uid: account.uid,
    audiences,
    seconds,
    ...(bound && { bound }),
  });
  const until = new Date(api.now().getTime() + seconds * 1000);
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: timestamp(api.now()) },
    spec: { ...spec, audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: timestamp(until) },
  };
}

function refuseLength(seconds: number): void {
  const refuse = (why: string): never => {
    const cause: Cause = {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${seconds}: ${why}`,
      field: 'spec.expirationSeconds',
    };
    throw invalid({ group: 'authentication.k8s.io', resource: '', kind: 'TokenRequest' }, '', [cause]);
  };
  if (seconds < shortest) refuse('may not specify a duration less than 10 minutes');
  if (seconds > longest) refuse('may not specify a duration larger than 2^32 seconds');
}

function boundObject(api: Api, namespace: string, spec: JsonObject): BoundObject | undefined {
  const reference = spec.boundObjectRef;
  if (!isObject(reference)) return undefined;
  const [kind, name, uid] = [textAt(reference, 'kind'), textAt(reference, 'name'), textAt(reference, 'uid')];
  if (kind !== 'Pod' && kind !== 'Secret' && kind !== 'Node')
    throw invalid({ group: 'authentication.k8s.io', resource: '', kind: 'TokenRequest' }, '', [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(kind)}: cannot bind token for ${kind} objects`,
        field: 'spec.boundObjectRef',
      },
    ]);
  const resource = `${kind.toLowerCase()}s`;
  const entry = api.store.get(`/${resource}`, kind === 'Node' ? '' : namespace, name);
  if (!entry) throw notFound({ group: '', resource, kind }, name);
  if (uid && uid !== entry.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', resource, kind }, name, why);
  }
  return { kind, name, uid: entry.uid };
}
