import { names, type Receiver } from '@millrace/api';
import { delay, type KubeClient, type KubeObject } from '@millrace/kube';
import type { Cases, Sent } from './cases/index.ts';
import { changes, elsewhere, namespace, objects, receivers } from './fleet.ts';
import { type Answer, send } from './send.ts';

/** How a request was answered, and which objects it has woken. */
export interface Seen extends Answer {
  woken: string[];
}

/** By Receiver and request. */
export type Recorded = Record<string, Record<string, Seen>>;

/** What a Receiver says of itself. */
export interface Said {
  conditions: Record<string, string>[];
  webhookPath?: string | undefined;
  observedGeneration?: number | undefined;
  /** Each once: type, reason and message. */
  events: string[];
}

/** Put everything there; of the Receivers, those that are wanted. */
export async function setUp(
  client: KubeClient,
  issuer: string,
  wanted: (receiver: string) => boolean = () => true,
): Promise<void> {
  const space = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const apply = (one: KubeObject) => client.apply(one, { as: 'own', fieldManager: 'stage', force: true });
  const listeners = receivers(issuer).filter(({ metadata }) => wanted(metadata.name));
  for (const stage of [[space(namespace), space(elsewhere)], objects, listeners])
    await Promise.all(stage.map(apply));
}

/** The Receivers, when each has been looked at, and again after what happens to some of them. */
export async function settled(client: KubeClient): Promise<Map<string, Receiver>> {
  const before = await looked(client);
  for (const [name, spec] of Object.entries(changes))
    if (before.has(name)) await client.patch({ ...kind, namespace, name }, 'merge', { spec }, { as: 'own' });
  return looked(client);
}

const kind = { apiVersion: 'notification.toolkit.fluxcd.io/v1', kind: 'Receiver' };

/** The Receivers, when what they say is about their spec. */
export async function looked(client: KubeClient): Promise<Map<string, Receiver>> {
  for (;;) {
    const { items } = await client.listAll<Receiver>(kind.apiVersion, kind.kind, { namespace, as: 'own' });
    const isLooked = ({ spec, status, metadata }: Receiver) =>
      spec.suspend ||
      (status?.conditions ?? []).some(
        one => one.type === 'Ready' && one.observedGeneration === metadata.generation,
      );
    if (items.every(isLooked)) return new Map(items.map(one => [one.metadata.name, one]));
    await delay(100);
  }
}

/** Send all requests, one after the other. */
export async function play(
  client: KubeClient,
  port: number,
  found: Map<string, Receiver>,
  cases: Cases,
): Promise<Recorded> {
  const recorded: Recorded = {};
  let before = await requested(client);
  for (const [name, requests] of Object.entries(cases)) {
    const hook = found.get(name)?.status?.webhookPath ?? '/hook/of-nobody';
    recorded[name] = {};
    for (const [what, sent] of Object.entries(requests)) {
      const answer = await answered(port, hook, sent);
      const after = await requested(client);
      const woken = [...after].filter(([key, value]) => before.get(key) !== value).map(([key]) => key);
      recorded[name][what] = { ...answer, woken: woken.sort() };
      before = after;
    }
  }
  return recorded;
}

/** A server of Go may close the connection of a body that is too large before its answer was read. */
async function answered(port: number, hook: string, sent: Sent): Promise<Answer> {
  for (let tries = 10; ; tries--) {
    try {
      return await send(port, hook, sent);
    } catch (error) {
      if (tries === 0) throw error;
    }
  }
}

/** When each object was asked to reconcile last. */
async function requested(client: KubeClient): Promise<Map<string, string | undefined>> {
  const kinds = ['GitRepository', 'OCIRepository'];
  const lists = await Promise.all(
    kinds.map(kind => client.listAll('source.toolkit.fluxcd.io/v1', kind, { metadataOnly: true, as: 'own' })),
  );
  return new Map(
    lists
      .flatMap(({ items }) => items)
      .map(({ kind, metadata }) => [
        `${kind}/${metadata.namespace}/${metadata.name}`,
        metadata.annotations?.[names.requestedAt],
      ]),
  );
}

/** What Receivers say, without what is another at each time. */
export async function saidBy(
  client: KubeClient,
  found: Map<string, Receiver>,
  issuer: string,
): Promise<Record<string, Said>> {
  const plain = (text: string) => text.replaceAll(issuer, 'ISSUER');
  const events = await client.listAll<Event>('v1', 'Event', { namespace, as: 'own' });
  const of = (name: string) =>
    events.items
      .filter(({ involvedObject }) => involvedObject.kind === 'Receiver' && involvedObject.name === name)
      .map(({ type, reason, message }) => plain(`${type} ${reason}: ${message}`));
  return Object.fromEntries(
    [...found].map(([name, { status }]) => [
      name,
      {
        conditions: (status?.conditions ?? [])
          .map(({ type, status: is, reason, message }) => ({
            type,
            status: is,
            reason,
            message: plain(message),
          }))
          .sort((a, b) => (a.type < b.type ? -1 : 1)),
        webhookPath: status?.webhookPath,
        observedGeneration: status?.observedGeneration,
        events: [...new Set(of(name))].sort(),
      },
    ]),
  );
}

interface Event extends KubeObject {
  involvedObject: { kind: string; name: string };
  type: string;
  reason: string;
  message: string;
}
