import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kustomization } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readyOf, type System, startSystem } from './system.ts';

/** A text that stands where a secret can stand; none of them may be seen anywhere. */
const marker = (place: string) => `hidden-${Buffer.from(place).toString('hex')}`;

interface Place {
  files: Record<string, string>;
  spec?: Partial<Kustomization['spec']>;
}

const secret = (rest: string) => `apiVersion: v1\nkind: Secret\nmetadata: {name: NAME}\n${rest}\n`;
const generator = (rest: string) =>
  `secretGenerator:\n- name: NAME\n  options: {disableNameSuffixHash: true}\n${rest}\n`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Secrets that are refused by the server. */
const manifests: Record<string, (m: string) => string> = {
  'a number': m => secret(`data: {pin: 1234567890123, note: ${base64(m)}}`),
  'a text that is not base64': m => secret(`data: {password: "${m}!"}`),
  'a list': m => secret(`stringData: {password: ["${m}"]}`),
  'a map': m => secret(`stringData: {password: {is: "${m}"}}`),
  'data that is a text': m => secret(`data: "${m}"`),
  'stringData that is a text': m => secret(`stringData: "${m}"`),
  'a key that is none': m => secret(`stringData: {"${m} is no key": x}`),
  'a value as a key without a value': m => secret(`stringData: {"${m}!!!": }`),
  'a type that wants other keys': m => secret(`type: kubernetes.io/tls\nstringData: {password: ${m}}`),
  'a docker config that is none': m =>
    secret(`type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: "{ ${m}"}`),
  'a field beside data': m => secret(`stringData: {a: ${m}}\npassword: ${m}`),
  'too much': m => secret(`stringData: {a: "${m.repeat(40_000)}"}`),
  'a quote that is not closed': m => secret(`stringData: {password: "${m}`),
  'a tab': m => secret(`stringData:\n\tpassword: ${m}`),
  'an alias': m => secret(`stringData: {password: *${m}}`),
  'a tag': m => secret(`stringData: {password: !!int ${m}}`),
  'an own tag': m => secret(`stringData: {password: !${m} x}`),
  'an escape': m => secret(`stringData: {password: "${m}\\q"}`),
  'an anchor twice': m => secret(`stringData: {password: &${m} &other x}`),
  'a colon': m => secret(`stringData:\n  password: a: ${m}`),
  'a block': m => secret(`stringData:\n  password: |x ${m}\n    text`),
  'a percent sign': m => secret(`stringData:\n  password: %${m}`),
};

/** Files that a generator reads. */
const generated: Record<string, (m: string) => Record<string, string>> = {
  'a literal without =': m => ({ 'kustomization.yaml': generator(`  literals: ["${m}"]`) }),
  'a line without =': m => ({ 'kustomization.yaml': generator('  envs: [a.env]'), 'a.env': `${m} x\n` }),
  'a line twice': m => ({ 'kustomization.yaml': generator('  envs: [a.env]'), 'a.env': `${m}\n${m}\n` }),
  'a file entry with two =': m => ({ 'kustomization.yaml': generator(`  files: ["a=${m}=c"]`) }),
  'a key of a literal': m => ({ 'kustomization.yaml': generator(`  literals: ["${m} k=v"]`) }),
  'a type': m => ({ 'kustomization.yaml': generator(`  type: kubernetes.io/tls\n  literals: ["a=${m}"]`) }),
  'a ConfigMap': m => ({
    'kustomization.yaml': generator('  envs: [a.env]').replace('secretGenerator', 'configMapGenerator'),
    'a.env': `${m} x\n`,
  }),
};

/** Where a variable that comes from a Secret can end, and be refused. */
const substituted: Record<string, string> = {
  'a port': 'apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\nspec: {ports: [{port: "${VALUE}"}]}',
  'a label': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME, labels: {a: "${VALUE} !"}}',
  'a name': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "${VALUE}_!"}',
  'an annotation': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME, annotations: {"${VALUE} !": a}}',
  'broken YAML': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {a: "${VALUE}\\"${BROKEN}"}',
  'a quantity':
    'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: NAME}\nspec: {hard: {cpu: "${VALUE}"}}',
  'a container':
    'apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {containers: [{name: "${VALUE}_", image: i}]}',
  'a schedule':
    'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: NAME}\nspec: {schedule: "${VALUE}", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}',
  'a kind': 'apiVersion: v1\nkind: "K${VALUE}"\nmetadata: {name: NAME}',
  'an API': 'apiVersion: "${VALUE}/v1"\nkind: Thing\nmetadata: {name: NAME}',
};

describe('what must not be seen', () => {
  let system: System;
  const places = new Map<string, Place>();
  const markers: string[] = [];

  const place = (title: string, make: (m: string) => Place) => {
    const m = marker(title);
    markers.push(m, base64(m).replaceAll('=', ''));
    places.set(`p${places.size}`, make(m));
  };

  beforeAll(async () => {
    system = await startSystem(['--metrics-addr', '127.0.0.1:0', '--log-level', 'debug']);
    const { url, clone } = await system.repository('fleet');
    for (const [title, text] of Object.entries(manifests))
      place(title, m => ({ files: { 'secret.yaml': text(m) } }));
    for (const [title, files] of Object.entries(generated)) place(title, m => ({ files: files(m) }));
    const values: Record<string, string> = {};
    for (const [title, text] of Object.entries(substituted)) {
      place(`variable: ${title}`, m => {
        const name = `v${places.size}`;
        values[name] = m;
        return {
          files: { 'object.yaml': `${text.replaceAll('VALUE', name)}\n` },
          spec: {
            postBuild: {
              substitute: { BROKEN: '"' },
              substituteFrom: [{ kind: 'Secret', name: 'values', optional: false }],
            },
          },
        };
      });
    }
    const files: Record<string, string> = {};
    for (const [name, { files: own }] of places)
      for (const [file, text] of Object.entries(own))
        files[`${name}/${file}`] = text.replaceAll('NAME', name);
    await clone.push('Plant', files);
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'values', namespace: system.namespace },
      data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
    };
    await system.client.create(object as KubeObject, { as: 'own' });
    await system.source('fleet', url);
    const inUrl = marker('in a URL');
    markers.push(inUrl);
    await system.source('with-password', url.replace(/^http:\/\/([^@/]*@)?/, `http://user:${inUrl}@`));
    await system.source('nowhere', `http://user:${inUrl}@127.0.0.1:1/a.git?token=${inUrl}`);
    for (const [name, { spec = {} }] of places)
      await system.kustomization(name, { path: `./${name}`, targetNamespace: system.namespace, ...spec });
  });
  afterAll(() => system.stop());

  test('shows in no status, event, log, file or answer', async () => {
    const failed: string[] = [];
    for (const name of places.keys()) {
      const ks = await system.until<Kustomization>(
        system.ref('Kustomization', name),
        'looked at',
        k => k?.status?.lastAttemptedRevision !== undefined && readyOf(k)?.status !== 'Unknown',
      );
      if (readyOf(ks)?.status === 'False') failed.push(name);
    }
    // The places are chosen so that something is to be said of nearly all of them.
    expect(failed.length).toBeGreaterThan(30);
    const kinds = [
      ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
      ['source.toolkit.fluxcd.io/v1', 'GitRepository'],
      ['v1', 'Event'],
    ] as const;
    const { namespace, client } = system;
    const seen = new Map<string, string>([['the log', system.controllers.output()]]);
    for (const [apiVersion, kind] of kinds) {
      for (const item of (await client.listAll(apiVersion, kind, { namespace, as: 'own' })).items) {
        // What a person has written into the spec is theirs to see.
        const { spec, ...rest } = item;
        const { annotations, managedFields, ...metadata } = item.metadata;
        seen.set(`${kind}/${metadata.name}`, JSON.stringify({ ...rest, metadata }));
      }
    }
    for (const file of await filesBelow(join(system.folder, 'controllers')))
      if (!file.endsWith('.tar.gz') && !file.includes('/git/'))
        seen.set(file, await readFile(file, 'latin1'));
    for (const words of [['get', 'kustomizations'], ['events'], ['get', 'sources', 'git']])
      seen.set(words.join(' '), printed([...words, '-n', namespace, '--kubeconfig', system.kubeconfig]));
    const leaks: string[] = [];
    for (const [where, text] of seen) {
      for (const m of markers) {
        const at = text.indexOf(m);
        if (at >= 0) leaks.push(`${where}: ...${text.slice(Math.max(0, at - 160), at + 60)}`);
      }
      if (text.includes('1234567890123')) leaks.push(`${where}: the number`);
    }
    expect(leaks).toEqual([]);
  });
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
}

function printed(words: string[]): string {
  const main = fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url));
  const done = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  return done.stdout + done.stderr;
}
