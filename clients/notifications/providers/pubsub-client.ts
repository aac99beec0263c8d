import { pubsub_v1 } from 'googleapis/build/src/apis/pubsub/v1.js';
import { DeliveryError } from '../errors.ts';
import type { Message } from '../sender.ts';

/** `projects/…/topics/…`, and one message for it. */
export interface PubSubMessage {
  topic: string;
  data: string;
  attributes: Record<string, string>;
}

/**
 * Makes the request of Google's client, and lets it be sent: the client waits and tries nothing by itself, and knows no
 * token. Throws what `send` throws, or DeliveryError for what Google cannot be asked for.
 */
export async function publish(
  { topic, data, attributes }: PubSubMessage,
  send: (request: Message) => Promise<unknown>,
): Promise<void> {
  let failure: unknown;
  const { projects } = new pubsub_v1.Pubsub({
    fetchImplementation: async (input, init) => {
      await send(requestOf(input, init)).catch(error => {
        failure = error;
        throw error;
      });
      return Response.json({});
    },
    // It would load an agent for the proxy of the environment; the sender has its own.
    noProxy: [/^/],
    retry: false,
  });
  const message = {
    data: Buffer.from(data).toString('base64'),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
  try {
    await projects.topics.publish({ topic, requestBody: { messages: [message] } });
  } catch (cause) {
    if (failure !== undefined) throw failure;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DeliveryError(`Pub/Sub cannot be asked: ${why}`, { cause });
  }
}

function requestOf(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Message {
  const headers = new Headers(init.headers);
  // What a refusal says is read as it comes.
  headers.delete('accept-encoding');
  return {
    url: new URL(input instanceof Request ? input.url : input),
    headers: Object.fromEntries(headers),
    body: String(init.body),
  };
}
