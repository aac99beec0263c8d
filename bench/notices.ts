import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Kustomization } from '@millrace/api';
import { type KubeClient, type KubeObject, watchCache } from '@millrace/kube';

interface Event {
  reason: string;
  involvedObject: { kind: string; name: string };
  metadata?: Record<string, string>;
}

/** Requests at a Provider of its own, and when what they tell of had ended. */
export interface Notices {
  /** Milliseconds from the end of each reconcile of a new revision to the request. */
  stop(): Promise<number[]>;
}

const apiVersion = 'notification.toolkit.fluxcd.io/v1beta3';
const metadata = { name: 'bench', namespace: 'flux-system' };

/** From now on a server of this process is told of every Kustomization. */
export async function takeNotices(client: KubeClient): Promise<Notices> {
  const [ended, told] = [new Map<string, number>(), new Map<string, number>()];
  const server = createServer(async (request, response) => {
    const at = performance.now();
    const event = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString('utf8')) as Event;
    response.end();
    const revision = event.metadata?.revision;
    if (event.reason !== 'ReconciliationSucceeded' || !revision) return;
    noteFirst(told, `${event.involvedObject.name} ${revision}`, at);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const eventSources = [{ kind: 'Kustomization', name: '*' }];
  const alert = { providerRef: { name: metadata.name }, eventSources, eventSeverity: 'info' };
  const objects: KubeObject[] = [
    { apiVersion, kind: 'Provider', metadata, spec: { type: 'generic', address } },
    { apiVersion, kind: 'Alert', metadata, spec: alert },
  ];
  for (const object of objects) await client.apply(object, { as: 'own', fieldManager: 'bench' });
  const selection = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };
  const cache = watchCache<string | undefined>(client, selection, {
    project: object => revisionOf(object as Kustomization),
  });
  await cache.synced();
  cache.subscribe(({ key, after }) => {
    if (after) noteFirst(ended, `${key.split('/').at(-1)} ${after}`, performance.now());
  });
  return {
    async stop() {
      cache.stop();
      server.close();
      return [...told].flatMap(([what, at]) => {
        const end = ended.get(what);
        return end === undefined ? [] : [Math.max(0, at - end)];
      });
    },
  };
}

function noteFirst(times: Map<string, number>, key: string, at: number): void {
  if (!times.has(key)) times.set(key, at);
}

/** The revision that it is ready at. */
function revisionOf({ status }: Kustomization): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return ready ? status?.lastAppliedRevision : undefined;
}
