import type { Receiver } from '@millrace/api';
import type { Accepted, Check, Outside } from './asked.ts';
import { bitbucketEvents, githubEvents, gitlabEvents } from './git-services.ts';
import { acrEvent, dockerHubEvent, harborEvent, nexusEvent, quayEvent } from './registries.ts';
import { requireSignature } from './signature.ts';
import { Refused, type Webhook } from './webhook.ts';

/** Who knows the path has proved enough. */
const anybody: Check = ({ webhook }) => ({ body: webhook.body });

const signed: Check = ({ webhook, token }) => {
  requireSignature(webhook.header('X-Signature'), webhook.body, token);
  return { body: webhook.body };
};

/** By spec.type (notification-controller, docs/spec/v1/receivers.md, Supported Receiver types). */
const checks: Partial<Record<Receiver['spec']['type'], Check>> = {
  generic: anybody,
  'generic-hmac': signed,
  github: githubEvents,
  gitlab: gitlabEvents,
  bitbucket: bitbucketEvents,
  harbor: harborEvent,
  dockerhub: dockerHubEvent,
  quay: quayEvent,
  acr: acrEvent,
  nexus: nexusEvent,
  cdevents: async asked => (await import('./cdevents/event.ts')).cdEvent(asked),
  gcr: async (asked, on) => (await import('./identity/google.ts')).gcrEvent(asked, on),
  'generic-oidc': async (asked, on) => (await import('./identity/oidc.ts')).oidcCaller(asked, on),
};

/**
 * Find out whether a request comes from whom a Receiver listens to. Rejects with Refused, or another error where that
 * cannot be told.
 *
 * @param secret what the Receiver's Secret holds; undefined for one that has none
 */
export async function authenticate(
  webhook: Webhook,
  receiver: Receiver,
  secret: ReadonlyMap<string, Buffer> | undefined,
  on: Outside,
): Promise<Accepted> {
  const { type } = receiver.spec;
  const check = checks[type];
  if (!check) throw new Refused(`receiver type "${type}" not supported`);
  const token = secret?.get('token') ?? Buffer.alloc(0);
  // An empty token is known to everybody, and so is the path that comes of it.
  if (type !== 'generic-oidc' && token.length === 0) throw new Refused("the Secret has no 'token'");
  const text = (name: string) => secret?.get(name)?.toString('utf8') ?? '';
  return check({ webhook, receiver, token, secret: text }, on);
}
