import { BadJsonPatch, jsonPatch } from '@millrace/apply';
import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { userInfo } from '../access/reviews.ts';
import type { Api } from '../api/api.ts';
import { groupVersion } from '../api/resource.ts';
import { ApiError, badRequest, internal } from '../api/status.ts';
import type { User } from '../http/authenticate.ts';
import type { Entry } from '../store/entry.ts';
import type { Review } from './admission.ts';
import { callWebhook, WebhookFailed } from './call-webhook.ts';
import { isReviewable, matchesNamespace, matchesObject, matchesRules } from './match.ts';
import type { Reviewers } from './replay.ts';
import { type Webhook, webhooksOf } from './webhook.ts';

/** Where the webhooks behind Services are, which have no processes here: `namespace/name` or `namespace/name:port`. */
export type ServiceAddresses = Readonly<Record<string, string>>;

/** What the request says besides its object. */
export interface RequestFacts {
  readonly user: User;
  readonly dryRun: boolean;
  /** The options of the request as reviews show them, such as a CreateOptions. */
  readonly options: JsonObject;
  warn(text: string): void;
}

const storages = {
  mutating: 'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  validating: 'admissionregistration.k8s.io/validatingwebhookconfigurations',
} as const;

/** Knows the webhooks of the cluster and asks them. */
export class Webhooks {
  readonly #api: Api;
  readonly #services: ServiceAddresses;
  readonly #parsed = new WeakMap<Entry, readonly Webhook[]>();

  constructor(api: Api, services: ServiceAddresses = {}) {
    this.#api = api;
    this.#services = services;
  }

  /** True when a webhook may have a say in the operation: only then a request takes the longer way. */
  concern(review: Pick<Review, 'operation' | 'target'>): boolean {
    if (!isReviewable(review.target)) return false;
    return [...this.#all('mutating'), ...this.#all('validating')].some(({ rules, matchPolicy }) =>
      matchesRules(rules, review, matchPolicy),
    );
  }

  reviewers(facts: RequestFacts): Reviewers {
    return {
      mutate: review => this.#mutate(review, facts),
      validate: review => this.#validate(review, facts),
    };
  }

  #all(kind: Webhook['kind']): Webhook[] {
    return this.#api.store.list(storages[kind]).flatMap(entry => {
      let webhooks = this.#parsed.get(entry);
      if (!webhooks) this.#parsed.set(entry, (webhooks = webhooksOf(entry, kind)));
      return webhooks;
    });
  }

  /** One after the other; those that want to are asked again when a later one has changed the object. */
  async #mutate(review: Review & { readonly object: JsonObject }, facts: RequestFacts): Promise<JsonObject> {
    const seen = new Map<Webhook, JsonObject>();
    let object = review.object;
    const ask = async (webhook: Webhook) => {
      if (!this.#matches(webhook, { ...review, object })) return;
      object = await this.#mutateBy(webhook, { ...review, object }, facts);
      seen.set(webhook, object);
    };
    const webhooks = this.#all('mutating');
    for (const webhook of webhooks) await ask(webhook);
    for (const webhook of webhooks) {
      const before = seen.get(webhook);
      if (webhook.isReinvoked && before && !equal(before, object)) await ask(webhook);
    }
    return object;
  }

  async #mutateBy(
    webhook: Webhook,
    review: Review & { readonly object: JsonObject },
    facts: RequestFacts,
  ): Promise<JsonObject> {
    const patch = await this.#ask(webhook, review, facts);
    if (patch.length === 0) return review.object;
    try {
      const patched = jsonPatch(review.object, [...patch]);
      if (isObject(patched)) return patched;
    } catch (error) {
      if (!(error instanceof BadJsonPatch)) throw error;
    }
    throw internal(
      `the patch of the admission webhook ${JSON.stringify(webhook.name)} does not fit the object`,
    );
  }

  async #validate(review: Review, facts: RequestFacts): Promise<void> {
    if (review.operation === 'DELETE')
      for (const webhook of this.#all('mutating'))
        if (this.#matches(webhook, review) && (await this.#ask(webhook, review, facts)).length > 0)
          throw internal(
            `admission webhook ${JSON.stringify(webhook.name)} attempted to modify the object, which is not supported for this operation`,
          );
    const asked = this.#all('validating').filter(webhook => this.#matches(webhook, review));
    const answers = await Promise.allSettled(asked.map(webhook => this.#ask(webhook, review, facts)));
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  }

  #matches(webhook: Webhook, review: Review): boolean {
    return (
      isReviewable(review.target) &&
      matchesRules(webhook.rules, review, webhook.matchPolicy) &&
      matchesNamespace(this.#api, webhook.namespaceSelector, review) &&
      matchesObject(webhook.objectSelector, review)
    );
  }

  /** The webhook's patch. Throws ApiError where it refuses, or where it cannot be asked and that matters. */
  async #ask(webhook: Webhook, review: Review, facts: RequestFacts): Promise<readonly Json[]> {
    if (facts.dryRun && !webhook.isFreeOfSideEffects)
      throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
    const url = this.#urlOf(webhook);
    if (url === undefined) {
      facts.warn(
        `admission webhook ${JSON.stringify(webhook.name)} was not asked: the Pods of its Service are simulated`,
      );
      return [];
    }
    try {
      const { patch, warnings } = await callWebhook(webhook, url, requestOf(review, facts));
      for (const warning of warnings) facts.warn(warning);
      return patch;
    } catch (error) {
      if (error instanceof ApiError || !(error instanceof WebhookFailed)) throw error;
      if (webhook.ignoresFailure) return [];
      throw internal(`failed calling webhook ${JSON.stringify(webhook.name)}: ${error.message}`);
    }
  }

  #urlOf({ address }: Webhook): string | undefined {
    if ('url' in address) return address.url;
    const { namespace, name, path, port } = address.service;
    const base = this.#services[`${namespace}/${name}:${port}`] ?? this.#services[`${namespace}/${name}`];
    return base === undefined ? undefined : `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  }
}

function requestOf({ operation, target, object, old }: Review, facts: RequestFacts): JsonObject {
  const { resource, subresource, namespace, name } = target;
  const { group, version } = resource;
  const kind = { group, version, kind: resource.kind };
  const plural = { group, version, resource: resource.resource };
  const part: JsonObject = subresource ? { subResource: subresource, requestSubResource: subresource } : {};
  const apiVersion = groupVersion(resource);
  const whole = (tree: JsonObject | null) => tree && { kind: resource.kind, apiVersion, ...tree };
  const { name: own } = (object?.metadata ?? {}) as { name?: string };
  return {
    kind,
    resource: plural,
    requestKind: kind,
    requestResource: plural,
    ...part,
    name: name || own || '',
    ...(namespace && { namespace }),
    operation,
    userInfo: userInfo(facts.user),
    object: whole(object),
    oldObject: whole(old),
    dryRun: facts.dryRun,
    options: facts.options,
  };
}
