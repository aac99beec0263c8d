import type { JsonObject } from '@millrace/json';
import { reviewRules, reviewSelf, reviewSubject, reviewToken, userInfo } from '../access/reviews.ts';
import { requestToken } from '../access/token-request.ts';
import { type Api, type Target, timestamp, type WriteOptions } from '../api/api.ts';
import type { Gate } from '../api/gate.ts';
import { ApiError, badRequest, conflict, notFound } from '../api/status.ts';
import { childOf, textAt } from '../api/tree.ts';
import type { User } from '../http/authenticate.ts';
import { read } from '../store/entry.ts';
import { evict } from './eviction.ts';
import { chosenContainer } from './pod-log.ts';
import { changeObject } from './update.ts';

/** A request to create something that is a question or an order rather than an object. */
export interface Asked {
  readonly api: Api;
  readonly gate: Gate;
  readonly target: Target;
  readonly body: JsonObject;
  readonly user: User;
  readonly options: WriteOptions;
}

/** The answer to a create that stores nothing under its name; undefined where the target is an object to store. */
export function answerCreate(asked: Asked): JsonObject | undefined {
  return answers[nameOf(asked.target)]?.(asked);
}

/** Whether a create is answered so. */
export function isQuestion(target: Target): boolean {
  return answers[nameOf(target)] !== undefined;
}

const nameOf = ({ resource, subresource }: Target) =>
  subresource ? `${resource.storage}/${subresource}` : resource.storage;

const answers: Readonly<Record<string, (asked: Asked) => JsonObject>> = {
  'authorization.k8s.io/selfsubjectaccessreviews': ({ gate, user, body }) =>
    reviewSelf(gate.access, user, body),
  'authorization.k8s.io/subjectaccessreviews': ({ gate, body }) => reviewSubject(gate.access, body),
  'authorization.k8s.io/localsubjectaccessreviews': ({ gate, body, target }) =>
    reviewSubject(gate.access, body, target.namespace),
  'authorization.k8s.io/selfsubjectrulesreviews': ({ gate, user, body }) =>
    reviewRules(gate.access, user, body),
  'authentication.k8s.io/selfsubjectreviews': whoAmI,
  'authentication.k8s.io/tokenreviews': ({ gate, body }) => reviewToken(gate.authenticator, body),
  '/serviceaccounts/token': ({ api, gate, target, body }) => requestToken(api, gate.tokens, target, body),
  '/pods/eviction': ({ api, target, body, options }) => evict(api, target, body, options),
  '/pods/binding': bind,
  '/bindings': bind,
};

function whoAmI({ api, body, user }: Asked): JsonObject {
  return {
    ...body,
    metadata: { creationTimestamp: timestamp(api.now()) },
    status: { userInfo: userInfo(user) },
  };
}

/** Put a Pod on a node, as a scheduler does. */
function bind({ api, target, body, options }: Asked): JsonObject {
  const pods = api.registry.find('', 'v1', 'pods')!;
  const name = target.name || textAt(body, 'metadata', 'name');
  const node = textAt(body, 'target', 'name');
  if (!node) throw badRequest('a binding names its node in target.name');
  if (!api.store.get('/pods', target.namespace, name)) throw notFound(pods, name);
  changeObject(
    api,
    { resource: pods, namespace: target.namespace, name, subresource: '' },
    pod => {
      const bound = textAt(pod, 'spec', 'nodeName');
      if (bound) throw conflict(pods, name, `pod ${name} is already assigned to node "${bound}"`);
      childOf(pod, 'spec').nodeName = node;
      return pod;
    },
    options,
  );
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

/**
 * What a subresource answers that needs a running process. Throws the errors that come before: 404 without a Pod or its
 * container, 400 for one that is nowhere yet.
 */
export function noProcess(
  api: Api,
  { resource, subresource, namespace, name }: Target,
  query: URLSearchParams,
): ApiError {
  const entry = api.store.get(resource.storage, namespace, name);
  if (!entry) throw notFound(resource, name);
  const object = read(entry);
  if (subresource === 'exec' || subresource === 'attach')
    chosenContainer(object, name, query.get('container') ?? '');
  if (resource.storage === '/pods' && !textAt(object, 'spec', 'nodeName'))
    throw badRequest(`pod ${name} does not have a host assigned`);
  return new ApiError(501, 'NotImplemented', `${subresource}: Pods have no processes in this cluster`);
}

/** What an order answers that this server does not carry out. */
export function notServed({ resource, subresource }: Target): ApiError {
  return new ApiError(
    501,
    'NotImplemented',
    `${resource.resource}/${subresource} is not served by this cluster`,
  );
}
