import { delay, type KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openScene, type Scene } from './beside/scene.ts';
import { openTheatre, type Theatre } from './beside/theatre.ts';
import { playFates } from './beside-helm/fates.ts';
import { recordsIn } from './beside-helm/records.ts';
import { filesOf } from './beside-helm/stage.ts';

const namespace = 'requests';
const files = {
  'templates/all.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
---
{{ if .Values.slow }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: slow}
spec:
  selector: {matchLabels: {app: slow}}
  template: {metadata: {labels: {app: slow}}, spec: {containers: [{name: a, image: a}]}}
{{ else if .Values.migrates }}
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}
spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}
{{ end }}`,
};

let theatre: Theatre;
let scene: Scene;
beforeAll(async () => {
  theatre = await openTheatre('helm-controller');
  const app = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace, name: 'app' };
  scene = await openScene(theatre.client, namespace, app);
  const chart = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart', namespace, name: 'chart' };
  const spec = { interval: '1h', chart: 'app', sourceRef: { kind: 'HelmRepository', name: 'charts' } };
  const { apiVersion, kind } = chart;
  const object = { apiVersion, kind, metadata: { name: 'chart', namespace }, spec };
  await theatre.client.create(object as KubeObject, { as: 'own' });
  const stored = await theatre.artifacts.put(filesOf({ version: '1.0.0', files }));
  const artifact = { ...stored, path: 'a.tgz', revision: '1.0.0', lastUpdateTime: '2026-01-01T00:00:00Z' };
  await theatre.client.patch(
    chart,
    'merge',
    { status: { observedGeneration: 1, artifact } },
    { as: 'own', subresource: 'status' },
  );
});
afterAll(() => theatre.close());

const spec = { interval: '1h', timeout: '1m', chartRef: { kind: 'HelmChart', name: 'chart' } };
const status = async () =>
  ((await scene.get(scene.subject))?.status ?? {}) as {
    history?: { version: number }[];
    lastHandledReconcileAt?: string;
    lastHandledForceAt?: string;
  };

test('a request that comes while a release is installed waits for its end, and is answered then', async () => {
  await scene.direct({ does: 'a release' }, 0, { ...spec, values: { migrates: true } });
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace, name: 'migrate' };
  await expect.poll(async () => (await scene.get(job)) !== undefined).toBe(true);
  const before = (await scene.get(job))?.metadata.uid;
  await scene.direct({ does: 'forced', request: true }, 1, {}, { 'reconcile.fluxcd.io/forceAt': 'step-1' });
  await delay(1000); // in which nothing is begun anew, and nothing answered
  expect((await status()).lastHandledReconcileAt).toBeUndefined();
  expect((await scene.get(job))?.metadata.uid).toBe(before);
  const fates = playFates(theatre.client, namespace);
  fates.set({ 'Job/migrate': 'succeeds' });
  await expect
    .poll(status, { timeout: 20_000 })
    .toMatchObject({ lastHandledReconcileAt: 'step-1', lastHandledForceAt: 'step-1' });
  expect((await status()).history?.map(({ version }) => version)).toEqual([2, 1]);
  await fates.stop();
});

test('other values end the wait for those before, and nothing is rolled back in between', async () => {
  const { apiVersion, kind } = scene.subject;
  const ref = { apiVersion, kind, namespace, name: 'other' };
  const want = (values: object) => {
    const upgrade = { remediation: { retries: 3 } };
    const object = {
      apiVersion,
      kind,
      metadata: { name: 'other', namespace },
      spec: { ...spec, upgrade, values },
    };
    return theatre.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const history = async () => {
    const { history = [] } = ((await scene.get(ref))?.status ?? {}) as { history?: { status: string }[] };
    return history.map(({ status }) => status);
  };
  await want({});
  await expect.poll(history, { timeout: 20_000 }).toEqual(['deployed']);
  await want({ slow: true });
  const slow = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'slow' };
  await expect.poll(async () => (await scene.get(slow)) !== undefined).toBe(true);
  await want({ slow: false, more: true });
  await expect.poll(history, { timeout: 20_000 }).toEqual(['deployed', 'failed', 'superseded']);
  const events = await scene.freshEvents();
  expect(events).toContainEqual(
    expect.objectContaining({
      reason: 'HealthCheckCanceled',
      message: `Health checks canceled due to new reconciliation triggered by HelmRelease/${namespace}/other`,
    }),
  );
});

test('an install that goes on is told to its end where the HelmRelease is suspended meanwhile', async () => {
  const { apiVersion, kind } = scene.subject;
  const ref = { apiVersion, kind, namespace, name: 'rested' };
  const want = (suspend: boolean) => {
    const metadata = { name: 'rested', namespace };
    const object = { apiVersion, kind, metadata, spec: { ...spec, suspend, values: { migrates: true } } };
    return theatre.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const told = async () => {
    const found = await scene.get(ref);
    const { conditions = [], history = [] } = (found?.status ?? {}) as {
      conditions?: { type: string; status: string; reason: string }[];
      history?: { version: number; status: string }[];
    };
    const ready = conditions.find(({ type }) => type === 'Ready');
    return `${ready?.status} ${ready?.reason} ${history.map(({ version, status }) => `${version} ${status}`)}`;
  };
  await want(false);
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace, name: 'migrate' };
  const running = async () =>
    (await recordsIn(theatre.client, namespace)).some(one => one.release.name === 'rested');
  await expect.poll(running, { timeout: 20_000 }).toBe(true);
  await want(true);
  const fates = playFates(theatre.client, namespace);
  fates.set({ 'Job/migrate': 'succeeds' });
  await expect.poll(told, { timeout: 20_000 }).toBe('True InstallSucceeded 1 deployed');
  await fates.stop();
  await want(false);
  await delay(1000); // in which nothing is done anew
  expect(await told()).toBe('True InstallSucceeded 1 deployed');
  expect(await scene.get(job)).toBeDefined();
});

test('a release that is to go while it is installed leaves nothing that nobody remembers', async () => {
  const { apiVersion, kind } = scene.subject;
  const ref = { apiVersion, kind, namespace, name: 'brief' };
  const metadata = { name: 'brief', namespace };
  const object = { apiVersion, kind, metadata, spec: { ...spec, values: { slow: true } } };
  await theatre.client.create(object as KubeObject, { as: 'own' });
  const records = async () =>
    (await recordsIn(theatre.client, namespace)).filter(({ release }) => release.name === 'brief').length;
  await expect.poll(records, { timeout: 20_000 }).toBe(1);
  await theatre.client.delete(ref, { as: 'own' });
  await expect.poll(() => scene.get(ref), { timeout: 20_000 }).toBeUndefined();
  expect(await records()).toBe(0);
  expect(await scene.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'brief' })).toBeUndefined();
});
