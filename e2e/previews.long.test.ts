import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HelmRelease } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millrace } from './process.ts';
import { isReady, type System, startSystem } from './system.ts';

const chart = {
  'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'charts/app/values.yaml': 'motto: one\npassword: none\n',
  'charts/app/crds/things.yaml': `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.preview.example.com}
spec:
  group: preview.example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`,
  'charts/app/templates/app.yaml': `{{- if .Values.motto }}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {motto: {{ .Values.motto }}, url: "db://{{ .Values.password }}@here"}
{{- end }}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-password}
stringData: {password: {{ .Values.password }}}
`,
};

let namespace = '';
const release = (spec: object, values: object = { motto: 'one' }) => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'app', namespace },
  spec: {
    interval: '1h',
    releaseName: 'app',
    chart: { spec: { chart: 'charts/app', sourceRef: { kind: 'GitRepository', name: 'fleet' } } },
    valuesFrom: [{ kind: 'Secret', name: 'values' }],
    values,
    ...spec,
  },
});
const values = (password: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'values', namespace },
  stringData: { 'values.yaml': `password: ${password}\n` },
});

describe('what a HelmRelease would change', () => {
  let system: System;

  const file = (name: string, content: object | string) => {
    const path = join(system.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const typed = async (...args: string[]) => {
    const running = millrace([...args, '--namespace', namespace], {
      env: { KUBECONFIG: system.kubeconfig },
    });
    const code = await running.ended;
    return { code, text: running.output() };
  };

  beforeAll(async () => {
    system = await startSystem();
    namespace = system.namespace;
    for (const [name, content] of Object.entries(chart)) file(name, content);
    const { url, clone } = await system.repository('fleet');
    await clone.push('A chart', chart);
    const apply = (object: object) =>
      system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
    await system.source('fleet', url);
    await apply(values('first-password'));
    await apply(release({}));
    const ref = { ...release({}), namespace, name: 'app' };
    await system.until<HelmRelease>(ref, 'ready', hr => isReady(hr));
  });
  afterAll(() => system.stop());

  test('is nothing while the cluster is as it should be', async () => {
    expect(await typed('diff', 'helmrelease', 'app')).toEqual({ code: 0, text: '' });
  });

  test('is shown object by object, and what Secrets hold is not', async () => {
    const changed = file('changed.json', release({}, { motto: 'two' }));
    const secret = file('secret.json', values('second-password'));
    const args = ['diff', 'hr', 'app', '--helmrelease-file', changed, '--with', secret];
    const { code, text } = await typed(...args);
    expect(text).toBe(`► Secret/${namespace}/app-password changed
    data.password: "***** (before)" → "***** (after)"
► ConfigMap/${namespace}/app changed
    data.motto: "one" → "two"
    data.url: "db://*****@here" → "db://*****@here"
`);
    expect(code).toBe(1);
    const json = await typed(...args, '-o', 'json');
    expect(JSON.parse(json.text)).toMatchObject([
      { object: `Secret/${namespace}/app-password`, action: 'changed' },
      { object: `ConfigMap/${namespace}/app`, action: 'changed' },
    ]);
  });

  test('is told of what goes, and of drift', async () => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'app' };
    await system.client.patch(ref, 'merge', { data: { motto: 'drifted' } }, { as: 'own', fieldManager: 'x' });
    expect((await typed('diff', 'hr', 'app')).text).toBe(
      `► ConfigMap/${namespace}/app changed\n    data.motto: "drifted" → "one"\n`,
    );
    const without = file('without.json', release({}, { motto: '' }));
    expect(await typed('diff', 'hr', 'app', '--helmrelease-file', without)).toEqual({
      code: 1,
      text: `► ConfigMap/${namespace}/app deleted\n`,
    });
  });

  test.each([
    [['diff', 'hr', 'nobody'], 2, /helmreleases.helm.toolkit.fluxcd.io "nobody" not found in namespace /],
    [['diff', 'hr', 'app', '--chart', './nowhere'], 2, /path ".\/nowhere" not found/],
    [['build', 'hr', 'app', '--helmrelease-file', '/no/such'], 1, /\/no\/such: there is no such file/],
    [['build', 'hr', 'app', '--local-sources', 'fleet=.'], 1, /it has to be KIND\/NAMESPACE\/NAME=FOLDER/],
  ])('%j fails with the reason', async (args, code, words) => {
    const said = await typed(...args);
    expect(said.text).toMatch(words);
    expect(said.code).toBe(code);
  });

  test('is built from files alone', async () => {
    const release_ = file('release.json', release({ commonMetadata: { labels: { team: 'a' } } }));
    const secret = file('secret.json', values('second-password'));
    const local = `GitRepository/${namespace}/fleet=${system.folder}`;
    const args = [
      'build',
      'hr',
      'app',
      '--dry-run',
      '--helmrelease-file',
      release_,
      '--local-sources',
      local,
    ];
    const missing = await typed(...args);
    expect(missing.code).toBe(1);
    expect(missing.text).toContain(
      `could not resolve Secret chart values reference '${namespace}/values' with key 'values.yaml': secrets "values" not found`,
    );
    const { code, text } = await typed(...args, '--with', secret);
    expect(text).toContain('kind: CustomResourceDefinition');
    expect(text).toContain('team: a');
    expect(text).toContain('url: db://*****@here');
    expect(text).not.toContain('second-password');
    expect(code).toBe(0);
    const shown = await typed(...args, '--with', secret, '--show-secrets', '--no-crds');
    expect(shown.text).toContain('password: second-password');
    expect(shown.text).not.toContain('CustomResourceDefinition');
  });
});
