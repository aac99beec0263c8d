import type { Destination, Notifier } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import type { ProviderType } from '../provider-type.ts';
import { taken } from '../refusal.ts';
import { basic } from '../sender.ts';
import { requireUrl } from '../url.ts';
import { headersOf } from './generic.ts';

/**
 * Traces over OTLP (https://opentelemetry.io/docs/specs/otlp/): a span for an event, in one trace with all that happened
 * for the sake of the same Alert and revision.
 */
export const otel: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, { send }): Notifier {
    const { alert } = destination;
    if (!alert) throw new InvalidDestination('traces are named by the Alert that an event is sent for');
    const url = endpointAt(destination.address);
    const headers = { 'content-type': 'application/x-protobuf', ...loginOf(destination) };
    return {
      async post(event, signal) {
        // A HelmRepository is where charts come from, and no step of what is deployed.
        if (event.involvedObject.kind === 'HelmRepository') return;
        const { traceOf } = await import('./span.ts');
        taken(destination, url, await send({ url, headers, body: traceOf(event, alert) }, signal));
      },
    };
  },
};

/** Where an address names a host only, the path is that of the protocol. */
function endpointAt(address: string): URL {
  const url = requireUrl(address);
  url.search = '';
  if (/^https?:\/\/[^/?#]*(?:[?#]|$)/i.test(address)) url.pathname = '/v1/traces';
  return url;
}

/** Flux takes a login into account only if the Secret has headers, and these are silent about it. */
function loginOf({ headers, username, token, password }: Destination): Record<string, string> {
  const own = headersOf(headers);
  const secret = token || password;
  if (Object.keys(own).length === 0 || own.authorization) return own;
  if (username === '') return { ...own, authorization: `Bearer ${secret}` };
  return secret === '' ? own : { ...own, authorization: basic(`${username}:${secret}`) };
}
