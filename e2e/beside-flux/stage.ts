import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { isObject, type JsonObject } from '@millrace/json';
import { asJson, delay, isNotFound, type KubeClient, type KubeObject, type ObjectRef } from '@millrace/kube';
import { pack } from 'tar-stream';
import { normalisedEvent, normalisedKustomization, normalisedObject } from './normalise.ts';
import type { Plain, Scenario, Seen, Step } from './scenario.ts';

/** Archives under their digests, over HTTP: what a source-controller would serve. */
export interface ArtifactServer {
  put(files: ReadonlyMap<string, string>): Promise<{ url: string; digest: string; size: number }>;
  stop(): Promise<void>;
}

export async function serveArtifacts(): Promise<ArtifactServer> {
  const archives = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const found = archives.get(request.url ?? '');
    response.writeHead(found ? 200 : 404).end(found);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async put(files) {
      const archive = pack();
      for (const [name, text] of files) archive.entry({ name, mtime: new Date(0) }, text);
      archive.finalize();
      const bytes = gzipSync(
        Buffer.concat(await Array.fromAsync<Uint8Array>(archive as AsyncIterable<Uint8Array>)),
      );
      const digest = createHash('sha256').update(bytes).digest('hex');
      archives.set(`/${digest}.tar.gz`, bytes);
      const url = `http://127.0.0.1:${port}/${digest}.tar.gz`;
      return { url, digest: `sha256:${digest}`, size: bytes.length };
    },
    stop: () => new Promise(resolve => server.close(() => resolve())),
  };
}

const kustomizations = 'kustomize.toolkit.fluxcd.io/v1';
const sources = 'source.toolkit.fluxcd.io/v1';

/** Milliseconds without a change after which a Kustomization has settled, and the longest wait for that. */
const quiet = 1200;
const patience = 45_000;

const person = { as: 'own', fieldManager: 'a-person' } as const;

/** Play a scenario with the controller that runs against this cluster. Returns what was seen after each step. */
export async function play(
  scenario: Scenario,
  { client, artifacts }: { client: KubeClient; artifacts: ArtifactServer },
): Promise<Seen[]> {
  const namespace = `s-${scenario.name}`;
  const app: ObjectRef = { apiVersion: kustomizations, kind: 'Kustomization', namespace, name: 'app' };
  const fleet: ObjectRef = { apiVersion: sources, kind: 'GitRepository', namespace, name: 'fleet' };
  const placed = (ref: ObjectRef): ObjectRef => (ref.namespace === '' ? { ...ref, namespace } : ref);
  const files = new Map<string, string>();
  const told = new Set<string>();
  let revision = 0;

  const get = async (ref: ObjectRef): Promise<KubeObject | undefined> => {
    try {
      return await client.get(ref, { as: 'own' });
    } catch (error) {
      if (isNotFound(error) || (error as Error).name === 'NoMatchError') return undefined;
      throw error;
    }
  };

  const publish = async (metadata: Record<string, string> | undefined) => {
    revision++;
    const named = `main@sha1:${createHash('sha1').update(`${scenario.name} ${revision}`).digest('hex')}`;
    const artifact = {
      ...(await artifacts.put(files)),
      path: `gitrepository/${namespace}/fleet/${revision}.tar.gz`,
      revision: named,
      lastUpdateTime: new Date().toISOString().replace(/\.\d+/, ''),
      ...(metadata ? { metadata } : {}),
    };
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: `stored artifact for revision '${named}'`,
      lastTransitionTime: artifact.lastUpdateTime,
      observedGeneration: 1,
    };
    const status = { observedGeneration: 1, artifact, conditions: [ready] };
    await client.patch(fleet, 'merge', { status }, { ...person, subresource: 'status' });
  };

  const act = async (step: Step, number: number, before: string | undefined) => {
    if (step.files) {
      for (const [path, text] of Object.entries(step.files))
        text === null || text === undefined ? files.delete(path) : files.set(path, text);
      await publish(step.artifactMetadata);
      // A controller hears of sources and Kustomizations on two watches: who is made next must find the new artifact,
      // and nothing tells from outside that the first watch has brought it.
      await delay(300);
    }
    for (const object of step.objects ?? []) {
      const metadata = { namespace, ...(object.metadata as Plain) };
      await client.apply({ ...object, metadata } as unknown as KubeObject, { ...person, force: true });
    }
    for (const { ref, patch, subresource } of step.change ?? [])
      await client.patch(placed(ref), 'merge', patch as JsonObject, {
        ...person,
        ...(subresource ? { subresource } : {}),
      });
    for (const ref of step.remove ?? []) await client.delete(placed(ref), { as: 'own' });
    const annotations = step.request ? { 'reconcile.fluxcd.io/requestedAt': `step-${number}` } : {};
    if (number === 0) {
      const spec = {
        interval: '1h',
        retryInterval: '1h',
        timeout: '30s',
        prune: true,
        path: './',
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
        ...step.spec,
      };
      const metadata = { name: 'app', namespace, ...step.metadata };
      await client.create(
        { apiVersion: kustomizations, kind: 'Kustomization', metadata, spec } as KubeObject,
        person,
      );
    } else if (step.spec || step.metadata || step.request) {
      const metadata = {
        ...step.metadata,
        annotations: { ...(step.metadata?.annotations as Plain), ...annotations },
      };
      const patch = { metadata, ...(step.spec ? { spec: step.spec } : {}) };
      await client.patch(app, 'merge', patch as unknown as JsonObject, person);
    }
    if (step.deleted) {
      // It goes when it has come to an end with what is new, not in the middle.
      if (step.files) await settle({ does: step.does, becomes: 'True' }, number, before);
      await client.delete(app, { as: 'own' });
    }
  };

  /** Until nothing has changed for a while, and nothing is under way. */
  const settle = async (step: Step, number: number, before: string | undefined) => {
    const end = Date.now() + patience;
    let seen = '';
    let since = Date.now();
    const start = since;
    for (;;) {
      await delay(40); // between two looks
      const now = await get(app);
      const version = now?.metadata.resourceVersion ?? 'gone';
      if (version !== seen) {
        seen = version;
        since = Date.now();
      }
      const conditions = (now?.status as { conditions?: { type: string; status: string }[] } | undefined)
        ?.conditions;
      const ready = conditions?.find(({ type }) => type === 'Ready')?.status;
      const changed = version !== before || Date.now() - start > 4000;
      const answered = !step.request || lastHandled(now) === `step-${number}`;
      const told = step.becomes ? ready === step.becomes : ready !== undefined && ready !== 'Unknown';
      const done = step.deleted ? !now : step.rests || (changed && answered && told);
      if ((done && Date.now() - since > quiet) || Date.now() > end) return;
    }
  };

  const look = async (step: Step): Promise<Seen> => {
    const ks = await get(app);
    const inventory =
      (ks?.status as { inventory?: { entries?: { id: string; v: string }[] } })?.inventory?.entries ?? [];
    const refs = [...inventory.map(refOfEntry), ...(scenario.look ?? []).map(placed)];
    const unique = new Map(refs.map(ref => [JSON.stringify(ref), ref]));
    const objects: JsonObject[] = [];
    for (const ref of unique.values()) {
      const found = await get(ref);
      objects.push(found ? normalisedObject(found) : { ...ref, gone: true });
    }
    const { items } = await client.listAll<KubeObject>('v1', 'Event', { namespace, as: 'own' });
    const events = items.filter(event => isAbout(event, 'Kustomization')).map(normalisedEvent);
    // Flux counts up the first of the events that have the same words, and leaves its annotations as they were.
    const words = (event: JsonObject) =>
      JSON.stringify([event.name, event.type, event.reason, event.message]);
    const fresh = [...new Map(events.map(event => [words(event), event])).entries()]
      .filter(([text]) => !told.has(text))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [text] of fresh) told.add(text);
    return {
      does: step.does,
      kustomization: ks ? normalisedKustomization(ks) : null,
      events: fresh.map(([, event]) => event),
      objects,
    };
  };

  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, person);
  const source = { interval: '1h', url: 'https://example.com/fleet' };
  await client.create(
    { ...fleet, metadata: { name: 'fleet', namespace }, spec: source } as KubeObject,
    person,
  );
  const all: Seen[] = [];
  for (const [number, step] of scenario.steps.entries()) {
    const before = (await get(app))?.metadata.resourceVersion;
    await act(step, number, before);
    await settle(step, number, before);
    all.push(await look(step));
  }
  return all;
}

function isAbout(event: KubeObject, kind: string): boolean {
  const { involvedObject } = asJson(event);
  return isObject(involvedObject) && involvedObject.kind === kind;
}

const lastHandled = (object: KubeObject | undefined) =>
  (object?.status as { lastHandledReconcileAt?: string } | undefined)?.lastHandledReconcileAt;

/** `namespace_name_group_kind`, where `__` stands for `:` in names. */
function refOfEntry({ id, v }: { id: string; v: string }): ObjectRef {
  const [, namespace, name = '', group = '', kind = ''] = /^([^_]*)_(.*)_([^_]*)_([^_]*)$/.exec(id) ?? [];
  const apiVersion = group === '' ? v : `${group}/${v}`;
  const called = name.replaceAll('__', ':');
  return { apiVersion, kind, name: called, ...(namespace ? { namespace } : {}) };
}
