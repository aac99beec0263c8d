import { isObject, type JsonObject } from '@millrace/json';
import { goJson, sorted } from './go-json.ts';

/** What those who send events know; others are passed on as they are. */
export type Severity = 'info' | 'error' | 'trace' | (string & {});

/** What happened to an object, as the controllers of Flux and Flagger tell it: event.toolkit.fluxcd.io/v1beta1. */
export interface Event {
  involvedObject: ObjectReference;
  severity: Severity;
  /** RFC 3339; empty if nobody said when. */
  timestamp: string;
  message: string;
  /** In CamelCase, for machines. */
  reason: string;
  metadata?: Record<string, string> | undefined;
  reportingController: string;
  reportingInstance?: string | undefined;
}

/** As core/v1 has it; what is not known is absent or empty. */
export interface ObjectReference {
  kind?: string | undefined;
  namespace?: string | undefined;
  name?: string | undefined;
  uid?: string | undefined;
  apiVersion?: string | undefined;
  resourceVersion?: string | undefined;
  fieldPath?: string | undefined;
}

/** A body that is no event. The message is for whoever sent it. */
export class InvalidEvent extends Error {
  override readonly name = 'InvalidEvent';
}

/**
 * An event as somebody sent it. What is missing is empty and what is unknown is left out, as Go reads it. Throws
 * InvalidEvent.
 */
export function parseEvent(body: string): Event {
  const event = objectIn(parsed(body), 'the event');
  const object = objectIn(event.involvedObject ?? {}, 'involvedObject');
  const reference = referenceFields.flatMap(field => {
    const value = textIn(object, field, 'involvedObject.');
    return value === '' ? [] : [[field, value]];
  });
  const metadata = metadataIn(event.metadata);
  const instance = textIn(event, 'reportingInstance');
  return {
    involvedObject: Object.fromEntries(reference) as ObjectReference,
    severity: textIn(event, 'severity'),
    timestamp: timeIn(textIn(event, 'timestamp')),
    message: textIn(event, 'message'),
    reason: textIn(event, 'reason'),
    ...(metadata ? { metadata } : {}),
    reportingController: textIn(event, 'reportingController'),
    ...(instance === '' ? {} : { reportingInstance: instance }),
  };
}

const referenceFields = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const;

/** The event as Go's encoding/json writes it, which is what receivers verify the signature of. */
export function eventAsJson(event: Event): string {
  const { involvedObject, metadata } = event;
  const present = (text: string | undefined) => text || undefined;
  return goJson({
    involvedObject: Object.fromEntries(referenceFields.map(field => [field, present(involvedObject[field])])),
    severity: event.severity,
    timestamp: secondsOf(event) ?? null,
    message: event.message,
    reason: event.reason,
    metadata: metadata && Object.keys(metadata).length > 0 ? new Map(metadataOf(event)) : undefined,
    reportingController: event.reportingController,
    reportingInstance: present(event.reportingInstance),
  });
}

/** Go gives the metadata in an order of chance; we in that of the keys. */
export function metadataOf({ metadata }: Event): [string, string][] {
  return sorted(Object.entries(metadata ?? {}));
}

/** When it happened, in UTC and without parts of seconds: `2026-01-02T03:04:05Z`. Undefined if nobody said. */
export function secondsOf({ timestamp }: Event): string | undefined {
  return timestamp === '' ? undefined : `${new Date(timestamp).toISOString().slice(0, 19)}Z`;
}

/** The same in seconds since 1970. Nobody's time is Go's zero, in the year 1. */
export function unixOf({ timestamp }: Event): number {
  return Math.floor(Date.parse(timestamp || '0001-01-01T00:00:00Z') / 1000);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new InvalidEvent('the body is no JSON');
  }
}

function objectIn(value: unknown, where: string): JsonObject {
  if (!isObject(value)) throw new InvalidEvent(`${where} has to be an object`);
  return value;
}

function textIn(object: JsonObject, field: string, where = ''): string {
  const value = Object.hasOwn(object, field) ? object[field] : undefined;
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new InvalidEvent(`${where}${field} has to be a string`);
  return value.toWellFormed();
}

function metadataIn(value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  const object = objectIn(value, 'metadata');
  return Object.fromEntries(
    Object.keys(object).map(key => [key.toWellFormed(), textIn(object, key, 'metadata.')]),
  );
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function timeIn(text: string): string {
  if (text === '') return '';
  const time = rfc3339.test(text) ? new Date(text.replace(',', '.')) : undefined;
  if (!time || Number.isNaN(time.getTime()))
    throw new InvalidEvent('timestamp has to be a time of RFC 3339: 2026-01-02T03:04:05Z');
  return time.toISOString().replace('.000Z', 'Z');
}
