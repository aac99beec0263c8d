import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { InvalidDestination } from '../errors.ts';
import { type Event, metadataOf } from '../event/event.ts';
import { type GoJson, goJson } from '../event/go-json.ts';
import type { ProviderType } from '../provider-type.ts';
import { taken } from '../refusal.ts';
import { requireUrl } from '../url.ts';

const sdk = { name: 'millrace', version: '0.1.0' };

/** https://develop.sentry.dev/sdk/data-model/envelopes/: an error is an event, what went well a transaction. */
export const sentry: ProviderType = {
  reach: ['tls'],
  notifier(destination, { send }) {
    const { address, channel } = destination;
    if (address === '') throw new InvalidDestination('DSN cannot be empty: set address');
    const { url, key, secret } = dsnOf(address);
    const login = [
      'sentry_version=7',
      `sentry_client=${sdk.name}/${sdk.version}`,
      `sentry_key=${key}`,
      ...(secret === '' ? [] : [`sentry_secret=${secret}`]),
    ];
    const headers = {
      'content-type': 'application/x-sentry-envelope',
      'x-sentry-auth': `Sentry ${login.join(', ')}`,
    };
    return {
      async post(event, signal) {
        if (event.severity !== 'info' && event.severity !== 'error') return;
        const body = envelope(event, channel, address);
        taken(destination, url, await send({ url, headers, body }, signal));
      },
    };
  },
};

interface Dsn {
  url: URL;
  key: string;
  /** Of projects from long ago. */
  secret: string;
}

/** `https://key@host/path/project`. Throws InvalidDestination. */
function dsnOf(address: string): Dsn {
  const url = requireUrl(address);
  const [, path = '', project = ''] = /^(.*)\/([^/]+)$/.exec(url.pathname) ?? [];
  if (url.username === '' || project === '')
    throw new InvalidDestination('address has to be a DSN: https://<key>@<host>/<project>');
  return {
    url: new URL(`${url.origin}${path}/api/${project}/envelope/`),
    key: url.username,
    secret: url.password,
  };
}

function envelope(event: Event, environment: string, dsn: string): string {
  const id = randomBytes(16).toString('hex');
  const now = new Date().toISOString();
  const failed = event.severity === 'error';
  const { kind = '', namespace = '', name = '' } = event.involvedObject;
  const item = {
    environment: environment || undefined,
    event_id: id,
    level: failed ? 'error' : 'info',
    message: event.message || undefined,
    platform: 'node',
    sdk,
    server_name: failed ? event.reportingController : hostname(),
    timestamp: event.timestamp || now,
    transaction: `${kind}: ${namespace}/${name}`,
    ...(failed ? errorParts(event) : transactionParts(event)),
  };
  const body = goJson(item);
  const type = { type: failed ? 'event' : 'transaction', length: Buffer.byteLength(body) };
  return `${goJson({ event_id: id, sent_at: now, dsn, sdk })}\n${goJson(type)}\n${body}\n`;
}

function errorParts(event: Event): { [field: string]: GoJson } {
  return { contexts: { metadata: new Map(metadataOf(event)) } };
}

/** A transaction of one span, which took no time. */
function transactionParts(event: Event): { [field: string]: GoJson } {
  const trace = { trace_id: randomBytes(16).toString('hex'), span_id: randomBytes(8).toString('hex') };
  const { kind = '', namespace = '', name = '' } = event.involvedObject;
  const tags = new Map([
    ['flux_involved_object_kind', kind],
    ['flux_involved_object_namespace', namespace],
    ['flux_involved_object_name', name],
    ['flux_reporting_controller', event.reportingController],
    ['flux_reporting_instance', event.reportingInstance ?? ''],
    ['flux_reason', event.reason],
    ...metadataOf(event),
  ]);
  const at = event.timestamp || undefined;
  const span = { ...trace, op: 'event', start_timestamp: at, timestamp: at, origin: 'manual', tags };
  return {
    type: 'transaction',
    start_timestamp: at,
    spans: [span],
    tags,
    contexts: { trace: { op: 'event', ...trace } },
  };
}
