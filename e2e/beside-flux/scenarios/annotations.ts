import type { JsonObject } from '@millrace/json';
import type { ObjectRef } from '@millrace/kube';
import { configMap, kustomizationFile, ref, scenario, yaml } from './build.ts';
import { encrypted } from './encrypted.ts';

const prefix = 'kustomize.toolkit.fluxcd.io';
const config = (name: string): ObjectRef => ref('ConfigMap', name);

/** What each annotation would do, in a spelling of its own, as an annotation or as a label. */
const marked = (ns: string, where: 'annotations' | 'labels', values: Record<string, string>, value: string) =>
  Object.entries(values).map(([key, text]) =>
    configMap(key, ns, { one: value, name: '${who}' }, { [where]: { [`${prefix}/${key}`]: text } }),
  );

const spellings = (ns: string, where: 'annotations' | 'labels', values: Record<string, string>) => {
  const names = Object.keys(values);
  return {
    look: names.map(config),
    steps: [
      {
        does: 'objects that are marked, some of which are there',
        objects: names.slice(0, 2).map(name => configMap(name, ns, { one: 'before', more: 'before' })),
        files: { 'a.yaml': yaml(...marked(ns, where, values, '1')) },
        spec: { postBuild: { substitute: { who: 'me' } } },
      },
      {
        does: 'somebody changes them',
        change: names.map(name => ({ ref: config(name), patch: { data: { one: 'theirs', two: 'theirs' } } })),
        request: true,
      },
      { does: 'a new revision', files: { 'a.yaml': yaml(...marked(ns, where, values, '2')) } },
      { does: 'they leave Git', files: { 'a.yaml': yaml(configMap('stays', ns, {})) } },
    ],
  };
};

/** Annotations and labels of applied objects, as they are meant and as they are not. */
export const annotations = [
  scenario('annotations-in-other-letters', ns =>
    spellings(ns, 'annotations', {
      ssa: 'MERGE',
      reconcile: 'Disabled',
      prune: 'DISABLED',
      force: 'Enabled',
      substitute: 'Disabled',
    }),
  ),
  scenario('labels-for-annotations', ns =>
    spellings(ns, 'labels', {
      ssa: 'IfNotPresent',
      reconcile: 'disabled',
      prune: 'disabled',
      force: 'enabled',
      substitute: 'disabled',
    }),
  ),
  scenario('annotations-of-no-meaning', ns =>
    spellings(ns, 'annotations', {
      ssa: 'nonsense',
      reconcile: 'false',
      prune: 'no',
      force: '',
      substitute: 'off',
    }),
  ),
  scenario('annotations-that-are-given-by-hand', ns => {
    const values: Record<string, string> = {
      ssa: 'Merge',
      reconcile: 'disabled',
      prune: 'disabled',
      substitute: 'disabled',
    };
    const names = [...Object.keys(values), 'ignored', 'absent'];
    const plain = (value: string) => names.map(name => configMap(name, ns, { one: value, two: '${who}' }));
    const hand = (name: string, key: string, text: string) => ({
      ref: config(name),
      patch: {
        metadata: { annotations: { [`${prefix}/${key}`]: text } },
        data: { one: 'theirs', more: 'theirs' },
      },
    });
    return {
      look: names.map(config),
      steps: [
        {
          does: 'objects',
          files: { 'a.yaml': yaml(...plain('1')) },
          spec: { postBuild: { substitute: { who: 'me' } } },
        },
        {
          does: 'somebody marks and changes them',
          change: [
            ...Object.entries(values).map(([key, text]) => hand(key, key, text)),
            hand('ignored', 'ssa', 'Ignore'),
            hand('absent', 'ssa', 'IfNotPresent'),
          ],
          request: true,
        },
        { does: 'a new revision', files: { 'a.yaml': yaml(...plain('2')) } },
        { does: 'they leave Git', files: { 'a.yaml': yaml(configMap('stays', ns, {})) } },
      ],
    };
  }),
  scenario('mark-goes', ns => {
    const one = (value: string, metadata: JsonObject = {}) =>
      yaml(configMap('a', ns, { one: value }, metadata));
    const mark = (key: string, text: string) => ({ annotations: { [`${prefix}/${key}`]: text } });
    return {
      look: [config('a')],
      steps: [
        { does: 'an object that is ignored', files: { 'a.yaml': one('1', mark('ssa', 'Ignore')) } },
        { does: 'it is not any more', files: { 'a.yaml': one('2') } },
        { does: 'it is only to be there', files: { 'a.yaml': one('3', mark('ssa', 'IfNotPresent')) } },
        { does: 'it is paused', files: { 'a.yaml': one('4', mark('reconcile', 'disabled')) } },
        { does: 'and goes on', files: { 'a.yaml': one('5') } },
      ],
    };
  }),
  scenario('if-not-present-is-made-again', ns => ({
    look: [config('a')],
    steps: [
      {
        does: 'an object that only has to be there',
        files: {
          'a.yaml': yaml(
            configMap('a', ns, { one: '1' }, { annotations: { [`${prefix}/ssa`]: 'IfNotPresent' } }),
          ),
        },
      },
      { does: 'somebody deletes it', remove: [config('a')], request: true },
    ],
  })),
  scenario('force-by-label-and-by-spec', ns => {
    const fixed = (name: string, value: string, metadata: JsonObject = {}) => ({
      ...configMap(name, ns, { one: value }, metadata),
      immutable: true,
    });
    const all = (value: string) =>
      yaml(
        fixed('a', value, { labels: { [`${prefix}/force`]: 'Enabled' } }),
        fixed('b', value, { annotations: { [`${prefix}/force`]: 'disabled' } }),
      );
    return {
      steps: [
        { does: 'immutable objects', files: { 'a.yaml': all('1') } },
        { does: 'other content', files: { 'a.yaml': all('2') } },
        { does: 'all are to be replaced', spec: { force: true } },
      ],
    };
  }),
  scenario('decryption-of-one-is-off', ns => {
    const off = (text: string) => `annotations: {${prefix}/decrypt: ${text}}`;
    return {
      steps: [
        {
          does: 'an object that nobody is to decrypt',
          objects: [
            {
              apiVersion: 'v1',
              kind: 'Secret',
              metadata: { name: 'keys', namespace: ns },
              stringData: { 'team.agekey': encrypted.agekey, 'team.asc': encrypted.asc },
            },
          ],
          files: {
            'kustomization.yaml': kustomizationFile({
              namespace: ns,
              resources: ['whole.yaml', 'config.yaml'],
              patches: [
                {
                  target: { kind: 'Secret' },
                  patch: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: any\n  ${off('Disabled')}\n`,
                },
              ],
            }),
            'whole.yaml': encrypted.files['whole.yaml'],
            'config.yaml': encrypted.files['config.yaml'],
          },
          spec: { decryption: { provider: 'sops', secretRef: { name: 'keys' } } },
        },
      ],
    };
  }),
  scenario('watched-by-label', ns => {
    const vars = (who: string) =>
      configMap('vars', ns, { who }, { labels: { 'reconcile.fluxcd.io/watch': 'Enabled' } });
    return {
      steps: [
        {
          does: 'variables of a ConfigMap that is watched',
          objects: [vars('one')],
          files: { 'a.yaml': yaml(configMap('a', ns, { name: '${who}' })) },
          spec: { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } },
        },
        { does: 'another value', objects: [vars('two')] },
      ],
    };
  }),
];
