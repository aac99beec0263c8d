import { BadJsonPatch, jsonPatch } from '@millrace/apply';
import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import { ApiError, badRequest, forbidden, internal } from '../api/status.ts';
import type { Entry } from '../store/entry.ts';
import type { Review } from './admission.ts';
import { callWebhook, WebhookFailed } from './call-webhook.ts';
import { Evaluation } from './evaluation.ts';
import { isReviewable, matchesNamespace, matchesObject, matchesRules } from './match.ts';
import { matchBudget, matchConditions } from './match-conditions.ts';
import type { Reviewers } from './replay.ts';
import { admissionRequest, nameOf, type RequestFacts, reviewedObject } from './request.ts';
import { type Webhook, webhooksOf } from './webhook.ts';

/** Where the webhooks behind Services are, which have no processes here: `namespace/name` or `namespace/name:port`. */
export type ServiceAddresses = Readonly<Record<string, string>>;

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
      if (!this.#matches(webhook, { ...review, object }, facts)) return;
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
        if (this.#matches(webhook, review, facts) && (await this.#ask(webhook, review, facts)).length > 0)
          throw internal(
            `admission webhook ${JSON.stringify(webhook.name)} attempted to modify the object, which is not supported for this operation`,
          );
    const asked = this.#all('validating').filter(webhook => this.#matches(webhook, review, facts));
    const answers = await Promise.allSettled(asked.map(webhook => this.#ask(webhook, review, facts)));
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  }

  /** Throws 403 where its conditions have no value and that matters. */
  #matches(webhook: Webhook, review: Review, facts: RequestFacts): boolean {
    return (
      isReviewable(review.target) &&
      matchesRules(webhook.rules, review, webhook.matchPolicy) &&
      matchesNamespace(this.#api, webhook.namespaceSelector, review) &&
      matchesObject(webhook.objectSelector, review) &&
      meetsConditions(webhook, review, facts)
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
    return base === undefined ? undefined : `${base.replace(/(?<!\/)\/+$/, '')}/${path.replace(/^\/+/, '')}`;
  }
}

function meetsConditions(webhook: Webhook, review: Review, facts: RequestFacts): boolean {
  if (webhook.matchConditions.length === 0) return true;
  const surroundings = { params: null, namespaceObject: null, variables: new Map() };
  const evaluation = new Evaluation(review, facts, surroundings, matchBudget);
  const match = matchConditions(webhook.matchConditions, evaluation);
  if ('matches' in match) return match.matches;
  if (webhook.ignoresFailure) return false;
  throw forbidden(review.target.resource, nameOf(review), match.error);
}

function requestOf(review: Review, facts: RequestFacts): JsonObject {
  return {
    ...admissionRequest(review, facts),
    object: reviewedObject(review, review.object),
    oldObject: reviewedObject(review, review.old),
  };
}
