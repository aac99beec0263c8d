import { createHash, randomBytes } from 'node:crypto';
import { type HrTime, SpanKind, type SpanStatus, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Destination } from '../destination.ts';
import { type Event, metadataOf } from '../event/event.ts';

type Alert = NonNullable<Destination['alert']>;
type Span = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

/** The trace with the span of an event, as OTLP has it in Protocol Buffers. */
export function traceOf(event: Event, alert: Alert): Uint8Array<ArrayBuffer> {
  return new Uint8Array(ProtobufTraceSerializer.serializeRequest([spanOf(event, alert)]) ?? []);
}

/** Ids, attributes and schema are Flux's. */
function spanOf(event: Event, alert: Alert): Span {
  const { kind = '', namespace = '', name = '', uid = '' } = event.involvedObject;
  const traceId = createHash('sha256')
    .update(`${alert.uid}:${deployedBy(event)}`)
    .digest('hex')
    .slice(0, 32);
  const sampled = { traceId, traceFlags: TraceFlags.SAMPLED };
  const context = { ...sampled, spanId: randomBytes(8).toString('hex') };
  const now = Date.now();
  return {
    name: `${kind}: ${namespace}/${name}`,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    // Somewhere else, but nobody knows where.
    parentSpanContext: { ...sampled, spanId: '', isRemote: true },
    startTime: hrTime(event.timestamp === '' ? now : Date.parse(event.timestamp)),
    endTime: hrTime(now),
    duration: [0, 0],
    ended: true,
    status: statusOf(event),
    attributes: Object.fromEntries([
      ['object.uid', uid],
      ['object.kind', kind],
      ['object.name', name],
      ['object.namespace', namespace],
      ...metadataOf(event),
    ]),
    resource: resourceFromAttributes(
      {
        'service.instance.id': alert.uid,
        'service.name': `${alert.namespace}/${alert.name}`,
        'service.namespace': alert.namespace,
      },
      { schemaUrl: 'https://opentelemetry.io/schemas/1.34.0' },
    ),
    instrumentationScope: { name: 'flux:notification-controller' },
    ...{ links: [], events: [], droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

function statusOf({ severity, message }: Event): SpanStatus {
  return severity === 'error' ? { code: SpanStatusCode.ERROR, message } : { code: SpanStatusCode.OK };
}

/** Seconds, and nanoseconds. */
function hrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1000), (((milliseconds % 1000) + 1000) % 1000) * 1_000_000];
}

/** Charts of a registry and the releases of them have one trace, though a release says its revision in another way. */
function deployedBy({ metadata = {} }: Event): string {
  const { 'app-version': version, 'oci-digest': digest, revision } = metadata;
  return version !== undefined && digest !== undefined ? `${version}@${digest}` : (revision ?? 'unknown');
}
