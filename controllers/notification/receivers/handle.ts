import type { IncomingMessage } from 'node:http';
import { names, type Receiver } from '@millrace/api';
import { actFor, findCondition, type Logger } from '@millrace/controller';
import { isObject, type Json } from '@millrace/json';
import { isNotFound, type KubeObject, type WatchCache } from '@millrace/kube';
import { Bodies } from '../http/index.ts';
import type { Accepted, Outside } from './asked.ts';
import { authenticate } from './authenticate.ts';
import { type Filter, filtersOf } from './filters.ts';
import { type ResourceDeps, wake } from './resources.ts';
import { Refused, type Webhook, webhookOf } from './webhook.ts';
import { digestOfPath } from './webhook-path.ts';

export interface HandlerDeps extends ResourceDeps, Outside {
  /** With an index by digestOfPath(status.webhookPath): `path`. */
  receivers: WatchCache<Receiver>;
  log: Logger;
  /** Milliseconds that a request may take to come in. */
  readTimeout: number;
}

/**
 * What answers a webhook, as notification-controller does it and in its order: the size of the body, the path,
 * whether the Receiver works, who has sent it, what is wanted, and the objects. The answer is its status; nobody is
 * told more.
 */
export function handler(on: HandlerDeps): (request: IncomingMessage) => Promise<number> {
  const bodies = new Bodies();
  return async request => {
    const receiver = receiverAt(request.url ?? '', on.receivers);
    const body = await bodies.read(request, receiver !== undefined, on.readTimeout);
    if (body.kind === 'too large') return 413;
    if (body.kind === 'broken') return 400;
    if (body.kind === 'busy') return 503;
    try {
      return receiver ? await answer(receiver, webhookOf(request.rawHeaders, body.bytes), on) : 404;
    } finally {
      body.release();
    }
  };
}

/**
 * The Receiver of a path, query and all, exactly as it was sent. Two can have one path, where token, name and
 * namespace come to the same text: then it is that of the older, which nobody can take away by a name of his own.
 */
function receiverAt(path: string, receivers: WatchCache<Receiver>): Receiver | undefined {
  const age = ({ metadata }: Receiver) => `${metadata.creationTimestamp} ${metadata.uid}`;
  return receivers.indexed('path', digestOfPath(path)).sort((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

async function answer(receiver: Receiver, webhook: Webhook, on: HandlerDeps): Promise<number> {
  const { name, namespace } = receiver.metadata;
  const log = on.log.child({ 'reconciler kind': 'Receiver', name, namespace });
  const fail = (code: number, error: unknown, message: string) => {
    log.error({ error }, message);
    return code;
  };
  if (receiver.spec.suspend) return fail(503, 'receiver is suspended', 'unable to process request');
  if (!isReady(receiver)) return fail(503, 'receiver is not ready', 'unable to process request');
  let accepted: Accepted;
  try {
    accepted = await authenticate(webhook, receiver, await secretOf(receiver, on), on);
  } catch (error) {
    return fail(400, error, 'unable to validate payload');
  }
  if (accepted.said) log.info(accepted.said);
  let filters: (Filter | undefined)[];
  try {
    filters = filtersOf(receiver, webhook, accepted);
  } catch (error) {
    return fail(500, error, 'unable to create resource filters');
  }
  return (await wakeAll(receiver, filters, log, on)) ? 200 : 500;
}

/** All are tried. False where one of them could not be woken. */
async function wakeAll(
  receiver: Receiver,
  filters: (Filter | undefined)[],
  log: Logger,
  on: HandlerDeps,
): Promise<boolean> {
  const { resources } = receiver.spec;
  const { name: own, namespace = '' } = receiver.metadata;
  const tried = await actFor({ kind: 'Receiver', namespace, name: own }, () =>
    Promise.allSettled(resources.map((one, i) => wake(one, receiver, filters[i], on))),
  );
  for (const [i, one] of tried.entries()) {
    if (one.status === 'fulfilled') continue;
    const { kind, name } = resources[i]!;
    log.error({ error: one.reason, resource: { kind, name } }, 'unable to request reconciliation');
  }
  return tried.every(({ status }) => status === 'fulfilled');
}

function isReady({ status }: Receiver): boolean {
  const is = (type: string) => findCondition(status?.conditions, type)?.status === 'True';
  return is(names.ready) && !is(names.stalled) && !is(names.reconciling);
}

/** What the Secret of a Receiver holds; undefined for one that has none. Rejects with Refused where it is gone. */
async function secretOf(
  { metadata, spec }: Receiver,
  { client }: HandlerDeps,
): Promise<Map<string, Buffer> | undefined> {
  if (!spec.secretRef) return undefined;
  const ref = {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: metadata.namespace ?? '',
    name: spec.secretRef.name,
  };
  const secret = await client.get<KubeObject & { data?: Json }>(ref, { as: 'own' }).catch(error => {
    throw isNotFound(error) ? new Refused(`the Secret ${ref.namespace}/${ref.name} is not there`) : error;
  });
  const data = isObject(secret.data) ? secret.data : {};
  return new Map(Object.entries(data).map(([name, value]) => [name, Buffer.from(String(value), 'base64')]));
}
