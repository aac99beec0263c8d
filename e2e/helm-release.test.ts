import { join } from 'node:path';
import type { HelmRelease } from '@millrace/api';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone } from './fleet.ts';
import { millrace } from './process.ts';
import { isReady, readyOf, type System, startSystem } from './system.ts';

/** A chart in a Git repository: what the release `app` is made of. */
function chart(version: string, motto: string): Record<string, string> {
  return {
    'charts/app/Chart.yaml': `apiVersion: v2\nname: app\nversion: ${version}\n`,
    'charts/app/values.yaml': `motto: ${motto}\nwhole: true\n`,
    'charts/app/templates/app.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {motto: {{ .Values.motto }}, revision: "{{ .Release.Revision }}"}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  ports: [{port: {{ ternary 80 0 .Values.whole }}}]
`,
  };
}

const standing = ({ status }: HelmRelease, type: string) =>
  status?.conditions?.find(condition => condition.type === type)?.status;

/** One release, from the first commit to its end: each test goes on where the one before has left it. */
describe('a HelmRelease whose chart lies in Git', () => {
  let system: System;
  let clone: Clone;

  const ref = (kind: 'HelmRelease' | 'ConfigMap' | 'Service' | 'Secret', name = 'app'): ObjectRef => ({
    apiVersion: kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io/v2' : 'v1',
    kind,
    namespace: system.namespace,
    name,
  });
  const apply = (spec: object, name = 'app') => {
    const { apiVersion, kind, namespace = '' } = ref('HelmRelease');
    const object = { apiVersion, kind, metadata: { name, namespace }, spec };
    return system.client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const released = (what: string, test: (hr: HelmRelease) => boolean) =>
    system.until<HelmRelease>(ref('HelmRelease'), what, hr => hr !== undefined && test(hr));
  const data = async () => (await system.get<KubeObject & { data: object }>(ref('ConfigMap')))?.data;
  const reasons = async () => {
    const { items } = await system.client.listAll<
      KubeObject & { reason: string; involvedObject: KubeObject }
    >('v1', 'Event', { namespace: system.namespace, as: 'own' });
    return items.filter(event => event.involvedObject.kind === 'HelmRelease').map(event => event.reason);
  };
  const spec = {
    interval: '1h',
    timeout: '10s',
    chart: {
      spec: {
        chart: 'charts/app',
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
        reconcileStrategy: 'Revision',
      },
    },
    driftDetection: { mode: 'enabled' },
    upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
  };

  beforeAll(async () => {
    system = await startSystem();
    const { url, clone: cloned } = await system.repository('fleet');
    clone = cloned;
    await clone.push('A chart', chart('1.0.0', 'one'));
    await system.source('fleet', url);
  });
  afterAll(() => system.stop());

  test('says what is wrong with its chart as soon as that is known', async () => {
    const wrong = { ...spec.chart.spec, chart: 'charts/nowhere' };
    await apply({ ...spec, chart: { spec: wrong } }, 'wrong');
    // Long before it would look by itself.
    const found = await system.until<HelmRelease>(ref('HelmRelease', 'wrong'), 'told', hr =>
      /no chart found at/.test(readyOf(hr)?.message ?? ''),
    );
    expect(readyOf(found)).toMatchObject({ status: 'False', reason: 'SourceNotReady' });
    await system.client.delete(ref('HelmRelease', 'wrong'), { as: 'own' });
  });

  test('is installed', async () => {
    await apply(spec);
    const hr = await released('Ready', isReady);
    expect(readyOf(hr)).toMatchObject({
      reason: 'InstallSucceeded',
      message: expect.stringMatching(
        /^Helm install succeeded for release \S+\/app\.v1 with chart app@1\.0\.0\+\w+$/,
      ),
    });
    expect(await data()).toEqual({ motto: 'one', revision: '1' });
    expect(await system.get(ref('Secret', 'sh.helm.release.v1.app.v1'))).toMatchObject({
      type: 'helm.sh/release.v1',
      metadata: { labels: { owner: 'helm', name: 'app', status: 'deployed', version: '1' } },
    });
  });

  test('follows the next commit', async () => {
    await clone.push('Another motto', chart('1.1.0', 'two'));
    const hr = await released('second release', hr => isReady(hr) && hr.status?.history?.[0]?.version === 2);
    expect(hr.status?.history).toMatchObject([
      { version: 2, status: 'deployed' },
      { version: 1, status: 'superseded' },
    ]);
    expect(await data()).toEqual({ motto: 'two', revision: '2' });
  });

  test('goes back where an upgrade fails, and says why', async () => {
    await apply({ ...spec, values: { motto: 'three', whole: false } });
    const hr = await released('remediated', hr => readyOf(hr)?.reason === 'RollbackSucceeded');
    expect(hr.status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'RetriesExceeded' }),
        expect.objectContaining({ type: 'Remediated', status: 'True' }),
        expect.objectContaining({
          type: 'Released',
          status: 'False',
          reason: 'UpgradeFailed',
          message: expect.stringContaining('spec.ports[0].port'),
        }),
      ]),
    );
    expect(await data()).toEqual({ motto: 'two', revision: '2' });
  });

  test('is upgraded when what was wrong is mended', async () => {
    await apply({ ...spec, values: { motto: 'three' } });
    const hr = await released('Ready', isReady);
    expect(hr.status?.history?.[0]?.version).toBe(5);
    expect(await data()).toEqual({ motto: 'three', revision: '5' });
  });

  test('is brought back at once when somebody changes an object', async () => {
    await system.client.patch(
      ref('ConfigMap'),
      'merge',
      { data: { motto: 'theirs' } },
      { as: 'own', fieldManager: 'somebody' },
    );
    await expect.poll(data).toEqual({ motto: 'three', revision: '5' });
    await system.client.delete(ref('Service'), { as: 'own' });
    await system.until(ref('Service'), 'there again', found => found !== undefined);
    const corrected = async () => (await reasons()).filter(reason => reason === 'DriftCorrected').length;
    await expect.poll(corrected).toBe(2);
    await released('without drift', hr => isReady(hr) && standing(hr, 'Drifted') === 'False');
  });

  test('stays as it failed for good, whatever happens to its records', async () => {
    const spoiled = { kind: 'ConfigMap', metadata: { name: 'app', labels: { no: 'label!' } } };
    const postRenderers = [
      { kustomize: { patches: [{ target: { kind: 'ConfigMap' }, patch: JSON.stringify(spoiled) }] } },
    ];
    await apply({ ...spec, values: { motto: 'three' }, postRenderers });
    const isStalled = (hr: HelmRelease) =>
      readyOf(hr)?.reason === 'RollbackSucceeded' && standing(hr, 'Stalled') === 'True';
    const { status } = await released('remediated', isStalled);
    const seen = { metadata: { annotations: { seen: 'yes' } } };
    const record = ref('Secret', `sh.helm.release.v1.app.v${status?.history?.[0]?.version}`);
    await system.client.patch(record, 'merge', seen, { as: 'own', fieldManager: 'somebody' });
    // What comes of this one shows that the other has been looked at, too.
    await apply({ ...spec, releaseName: 'later' }, 'later');
    await system.until(ref('HelmRelease', 'later'), 'Ready', isReady);
    expect((await system.get<HelmRelease>(ref('HelmRelease')))?.status).toEqual(status);
    await system.client.delete(ref('HelmRelease', 'later'), { as: 'own' });
    await apply({ ...spec, values: { motto: 'three' } });
    await released('Ready', isReady);
    expect(await data()).toMatchObject({ motto: 'three' });
  });

  test('is left alone, and nothing is said, when the controllers start anew', async () => {
    await system.controllers.stop();
    const before = await system.get(ref('HelmRelease'));
    const said = await reasons();
    system.controllers = millrace([
      ...['controllers', 'run', '--kubeconfig', system.kubeconfig],
      ...['--data-dir', join(system.folder, 'controllers')],
      ...['--watch-all-namespaces=false', '--namespace', system.namespace],
    ]);
    await system.controllers.saw(/Starting manager/);
    // What comes of this one shows that the other has been looked at, too.
    await apply(spec, 'other');
    await system.until(ref('HelmRelease', 'other'), 'Ready', isReady);
    expect(await system.get(ref('HelmRelease'))).toEqual(before);
    expect((await reasons()).length - said.length).toBeLessThanOrEqual(2);
  });

  test('takes everything with it when it goes', async () => {
    await system.client.delete(ref('HelmRelease', 'other'), { as: 'own' });
    await system.client.delete(ref('HelmRelease'), { as: 'own' });
    for (const name of ['app', 'other']) {
      await system.until(ref('HelmRelease', name), 'gone', found => found === undefined);
      expect(await system.get(ref('ConfigMap', name))).toBeUndefined();
      expect(await system.get(ref('Service', name))).toBeUndefined();
    }
    const { items } = await system.client.listAll('v1', 'Secret', {
      namespace: system.namespace,
      labelSelector: 'owner=helm',
      as: 'own',
    });
    expect(items).toEqual([]);
    // source-controller has its own word in the end of a chart.
    const charts = async () => {
      const at = { namespace: system.namespace, as: 'own' } as const;
      return (await system.client.listAll('source.toolkit.fluxcd.io/v1', 'HelmChart', at)).items;
    };
    await expect.poll(charts).toEqual([]);
  });
});
