import { readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidDestination } from './errors.ts';
import { notifierFor } from './notifier.ts';
import { readTrace } from './testing/otlp.ts';
import {
  type Answer,
  casesOf,
  destinationOf,
  eventNamed,
  goldenFolder,
  invalidIn,
  type Sent,
  sentIn,
} from './testing/recorded.ts';
import { network, type Transport } from './transport.ts';

/** Those that speak another protocol here or there have tests of their own. */
const elsewhere = ['events.json', 'nats.json', 'googlepubsub.json', 'azureeventhub.json'];
const groups = readdirSync(goldenFolder).filter(name => name.endsWith('.json') && !elsewhere.includes(name));

let server: Server;
let service = serviceOf([]);

beforeAll(async () => {
  server = createServer((request, response) => void service.answer(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each(groups)('as recorded in %s', group => {
  const cases = casesOf(group);

  test.each(sentIn(cases))('%s: %s', async (_name, event, { destination, answers }, was) => {
    service = serviceOf(answers ?? []);
    const notifier = notifierFor(destinationOf(destination), redirected());
    const posted = notifier.post(eventNamed(event), AbortSignal.timeout(10_000));
    await (was.failed ? expect(posted).rejects.toThrow() : posted);
    const recorded = (was.requests ?? []).map(group === 'otel.json' ? withoutSpan : sent => sent);
    expect(service.requests.map(withoutWhatPasses(group))).toEqual(recorded);
  });
});

const invalid = groups.flatMap(group => invalidIn(casesOf(group)).map(one => [group, ...one] as const));
test.each(invalid)('in %s, %s is refused', (_group, _name, { destination }) => {
  expect(() => notifierFor(destinationOf(destination), redirected())).toThrow(InvalidDestination);
});

/** The network, with our server in the place of all others. */
function redirected(): Transport {
  const real = network();
  return {
    ...real,
    async send(request, _reach, signal) {
      service.asks(request.url.origin);
      const { port } = server.address() as AddressInfo;
      const url = new URL(`http://127.0.0.1:${port}${request.url.pathname}${request.url.search}`);
      return real.send({ ...request, url }, {}, signal);
    },
    wait: async () => {},
  };
}

/** A service that answers as it was recorded, and remembers what it was sent. */
function serviceOf(answers: Answer[]) {
  const requests: Sent[] = [];
  const given = answers.map(() => 0);
  let origin = '';
  return {
    requests,
    asks(of: string) {
      origin = of;
    },
    async answer(request: IncomingMessage, response: ServerResponse) {
      const { method = '', url = '', headers } = request;
      const body = await bodyOf(request);
      const own = Object.entries(headers).filter(([name]) => !ofTheConnection.includes(name));
      const content = headers['content-type']?.includes('protobuf')
        ? { base64: body.toString('base64') }
        : { body: body.toString() };
      requests.push({
        method,
        url: origin + url,
        ...(own.length > 0 ? { headers: Object.fromEntries(own) as Record<string, string> } : {}),
        ...(body.length > 0 ? content : {}),
      });
      const found = answers.findIndex(
        (answer, i) =>
          (answer.method === '' || answer.method === method) &&
          url.includes(answer.path) &&
          !(answer.times && given[i]! >= answer.times),
      );
      if (found >= 0) given[found]!++;
      const answer: Partial<Answer> = answers[found] ?? { body: '{}' };
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
    },
  };
}

const ofTheConnection = ['host', 'connection', 'content-length', 'transfer-encoding', 'user-agent'];

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Ids and times are others each time, and Flux's tools are not ours: what is left is the same. */
function withoutWhatPasses(group: string): (sent: Sent) => Sent {
  if (group === 'otel.json') return withoutSpan;
  return group === 'sentry.json' ? withoutProgram : sent => sent;
}

interface Trace {
  resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
}

function withoutSpan({ base64 = '', ...sent }: Sent): Sent {
  const trace = readTrace(Buffer.from(base64, 'base64')) as Trace;
  const [span] = trace.resourceSpans[0]!.scopeSpans[0]!.spans as [Record<string, unknown>];
  if (span.name === 'Bucket: /b') delete span.startTimeUnixNano;
  delete span.spanId;
  delete span.endTimeUnixNano;
  return { ...sent, body: JSON.stringify(trace) };
}

interface SentryItem {
  server_name?: string;
  timestamp?: string;
  type?: string;
  spans?: { trace_id?: string; span_id?: string; start_timestamp?: string }[];
  contexts: { trace?: { trace_id?: string; span_id?: string } };
}

function withoutProgram(sent: Sent): Sent {
  const [head, type, item] = sent.body!.trimEnd().split('\n');
  const { dsn } = JSON.parse(head!) as { dsn: string };
  const { type: kind, length } = JSON.parse(type!) as { type: string; length: number };
  expect(length).toBe(Buffer.byteLength(item!));
  const { event_id, sdk, platform, ...told } = JSON.parse(item!) as SentryItem & Record<string, unknown>;
  expect([event_id, sdk, platform]).not.toContain(undefined);
  if (kind === 'transaction') delete told.server_name;
  if (told.spans?.[0]?.start_timestamp === undefined && kind === 'transaction') delete told.timestamp;
  for (const trace of [told.contexts.trace, ...(told.spans ?? [])]) {
    delete trace?.trace_id;
    delete trace?.span_id;
  }
  const auth = sent.headers!['x-sentry-auth']!.replace(/sentry_client=[^,]+/, 'sentry_client={sdk}');
  return {
    ...sent,
    headers: { ...sent.headers, 'x-sentry-auth': auth },
    body: JSON.stringify([{ dsn }, { type: kind }, told]),
  };
}
