import { CloudError, parseGoogleKey } from '@millrace/cloud';
import { DeliveryError, InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import type { ProviderType } from '../provider-type.ts';
import { taken } from '../refusal.ts';

/** https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish: `address` is the project. */
export const googlePubSub: ProviderType = {
  reach: ['proxy'],
  notifier(destination, { send }) {
    const { address: project, channel: topic, token, headers, identity } = destination;
    if (project === '') throw new InvalidDestination('GCP project ID cannot be empty: set address');
    if (topic === '') throw new InvalidDestination('GCP Pub/Sub topic ID cannot be empty: set channel');
    const key = token === '' ? undefined : keyOf(token);
    const place = { topic: `projects/${project}/topics/${topic}`, attributes: headers };
    return {
      async post(event, signal) {
        if (!identity) throw new DeliveryError('nobody asks Google for a token here');
        const authorization = `Bearer ${await identity.googleToken(key, signal)}`;
        const { publish } = await import('./pubsub-client.ts');
        await publish({ ...place, data: eventAsJson(event) }, async request => {
          const own = { ...request, headers: { ...request.headers, authorization } };
          return taken(destination, request.url, await send(own, signal));
        });
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
