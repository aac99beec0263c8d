import { createHash, randomBytes } from 'node:crypto';
import type { Destination, Notifier } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import { type Event, metadataOf } from '../event/event.ts';
import type { ProviderType } from '../provider-type.ts';
import { taken } from '../refusal.ts';
import { basic } from '../sender.ts';
import { requireUrl } from '../url.ts';
import { headersOf } from './generic.ts';
import { bytes, type Field, fixed32, fixed64, integer } from './protobuf.ts';

type Alert = NonNullable<Destination['alert']>;

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

/** opentelemetry.proto.trace.v1.TracesData, as the SDK of Go writes it. */
function traceOf(event: Event, alert: Alert): Uint8Array<ArrayBuffer> {
  const resource = [
    attribute(1, 'service.instance.id', alert.uid),
    attribute(1, 'service.name', `${alert.namespace}/${alert.name}`),
    attribute(1, 'service.namespace', alert.namespace),
  ];
  const scope = bytes(1, bytes(1, 'flux:notification-controller'));
  const spans = bytes(2, scope, bytes(2, ...spanOf(event, alert)));
  const schema = bytes(3, 'https://opentelemetry.io/schemas/1.34.0');
  return new Uint8Array(bytes(1, bytes(1, ...resource), spans, schema));
}

/** SPAN_KIND_INTERNAL; STATUS_CODE_OK and _ERROR; sampled, and with a parent that is known to be elsewhere. */
const codes = { internal: 1, ok: 1, error: 2, flags: 0x301 };

function spanOf(event: Event, { uid }: Alert): Field[] {
  const { kind = '', namespace = '', name = '' } = event.involvedObject;
  const now = BigInt(Date.now());
  const began = event.timestamp === '' ? now : BigInt(Date.parse(event.timestamp));
  const trace = createHash('sha256')
    .update(`${uid}:${deployedBy(event)}`)
    .digest();
  const attributes = new Map([
    ['object.uid', event.involvedObject.uid ?? ''],
    ['object.kind', kind],
    ['object.name', name],
    ['object.namespace', namespace],
    ...metadataOf(event),
  ]);
  const status =
    event.severity === 'error'
      ? [...(event.message ? [bytes(2, event.message)] : []), integer(3, codes.error)]
      : [integer(3, codes.ok)];
  return [
    bytes(1, trace.subarray(0, 16)),
    bytes(2, randomBytes(8)),
    bytes(5, `${kind}: ${namespace}/${name}`),
    integer(6, codes.internal),
    fixed64(7, began * 1_000_000n),
    fixed64(8, now * 1_000_000n),
    ...Array.from(attributes, ([key, value]) => attribute(9, key, value)),
    bytes(15, ...status),
    fixed32(16, codes.flags),
  ];
}

/** Charts of a registry and the releases of them have one trace, though a release says its revision in another way. */
function deployedBy({ metadata = {} }: Event): string {
  const { 'app-version': version, 'oci-digest': digest, revision } = metadata;
  return version !== undefined && digest !== undefined ? `${version}@${digest}` : (revision ?? 'unknown');
}

/** opentelemetry.proto.common.v1.KeyValue */
function attribute(field: number, key: string, value: string): Field {
  return bytes(field, bytes(1, key), bytes(2, bytes(1, value)));
}
