import { CloudError, parseGoogleKey } from '@millrace/cloud';
import { DeliveryError, InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import { goJson } from '../event/go-json.ts';
import { json, type ProviderType } from '../provider-type.ts';
import { taken } from '../refusal.ts';

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish: `address` is the project. */
export const googlePubSub: ProviderType = {
  reach: ['proxy'],
  notifier(destination, { send }) {
    const { address: project, channel: topic, token, headers, identity } = destination;
    if (project === '') throw new InvalidDestination('GCP project ID cannot be empty: set address');
    if (topic === '') throw new InvalidDestination('GCP Pub/Sub topic ID cannot be empty: set channel');
    const key = token === '' ? undefined : keyOf(token);
    const names = [project, topic].map(encodeURIComponent);
    const url = new URL(`https://pubsub.googleapis.com/v1/projects/${names[0]}/topics/${names[1]}:publish`);
    const attributes = Object.entries(headers);
    return {
      async post(event, signal) {
        if (!identity) throw new DeliveryError('nobody asks Google for a token here');
        const message = {
          data: Buffer.from(eventAsJson(event)).toString('base64'),
          attributes: attributes.length > 0 ? new Map(attributes) : undefined,
        };
        const authorization = `Bearer ${await identity.googleToken(key, signal)}`;
        const body = goJson({ messages: [message] });
        taken(destination, url, await send({ url, headers: json(authorization), body }, signal));
      },
    };
  },
};

function keyOf(token: string) {
  try {
    return parseGoogleKey(token);
  } catch (cause) {
    throw cause instanceof CloudError ? new InvalidDestination(cause.message, { cause }) : cause;
  }
}
