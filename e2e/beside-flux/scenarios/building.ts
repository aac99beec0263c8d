import type { JsonObject } from '@millrace/json';
import { configMap, kustomizationFile, ref, scenario, yaml } from './build.ts';
import { encrypted } from './encrypted.ts';

/** Of nobody. */
const otherKey = 'AGE-SECRET-KEY-1EW8H4FR2QWFZXEESHLCTY47CE23ZC03J5RQU85V474KT706GQVVQC6C9KR';

const pods = (ns: string, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: ns },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
});

/** What the spec does to what is built, and what a build can fail for. */
export const building = [
  scenario('no-path', ns => ({
    steps: [
      {
        does: 'a path that is not there',
        files: { 'a.yaml': yaml(configMap('a', ns, {})) },
        spec: { path: './none' },
      },
      { does: 'the path is mended', spec: { path: './' } },
    ],
  })),
  scenario('bad-yaml', ns => ({
    steps: [
      { does: 'a file that is no YAML', files: { 'a.yaml': 'a: b: c' } },
      { does: 'it is mended', files: { 'a.yaml': yaml(configMap('a', ns, {})) } },
    ],
  })),
  scenario('missing-resource', () => ({
    steps: [
      {
        does: 'a kustomization.yaml that names a file that is not there',
        files: { 'kustomization.yaml': kustomizationFile({ resources: ['none.yaml'] }) },
      },
    ],
  })),
  scenario('no-kind', () => ({
    steps: [
      { does: 'an object without a kind', files: { 'a.yaml': 'apiVersion: v1\nmetadata:\n  name: a\n' } },
    ],
  })),
  scenario('no-name', () => ({
    steps: [{ does: 'an object without a name', files: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' } }],
  })),
  scenario('same-twice', ns => ({
    steps: [
      {
        does: 'one object in two files',
        files: {
          'a.yaml': yaml(configMap('a', ns, { one: '1' })),
          'b.yaml': yaml(configMap('a', ns, { one: '2' })),
        },
      },
    ],
  })),
  scenario('transformers', ns => ({
    steps: [
      {
        does: 'everything that the spec adds',
        files: {
          'app/kustomization.yaml': kustomizationFile({
            resources: ['a.yaml', 'd.yaml'],
            images: [{ name: 'nginx', newTag: '1.0' }],
          }),
          'app/a.yaml': yaml(configMap('a', 'elsewhere', { one: '1' })),
          'app/d.yaml': yaml(pods('elsewhere', 'nginx:0.1')),
          'part/kustomization.yaml': yaml({
            apiVersion: 'kustomize.config.k8s.io/v1alpha1',
            kind: 'Component',
            configMapGenerator: [
              { name: 'part', literals: ['a=b'], options: { disableNameSuffixHash: true } },
            ],
          }),
        },
        spec: {
          path: './app',
          targetNamespace: ns,
          namePrefix: 'pre-',
          nameSuffix: '-post',
          images: [{ name: 'nginx', newName: 'registry.example.com/nginx' }],
          components: ['../part'],
          commonMetadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
          patches: [
            {
              target: { kind: 'ConfigMap', name: 'a' },
              patch: '- op: add\n  path: /data/two\n  value: "2"\n',
            },
          ],
        },
      },
    ],
  })),
  scenario('build-metadata', ns => ({
    steps: [
      {
        does: 'origin annotations are asked for',
        files: { 'app/a.yaml': yaml(configMap('a', ns, { one: '1' })) },
        spec: { path: './app', buildMetadata: ['originAnnotations', 'transformerAnnotations'] },
      },
    ],
  })),
  scenario('missing-components', ns => ({
    steps: [
      {
        does: 'a component that is not there',
        files: { 'app/a.yaml': yaml(configMap('a', ns, { one: '1' })) },
        spec: { path: './app', components: ['../none'] },
      },
      { does: 'missing ones are passed over', spec: { ignoreMissingComponents: true } },
    ],
  })),
  scenario('substitution', ns => ({
    steps: [
      {
        does: 'variables from all places',
        objects: [
          configMap('vars', ns, { one: 'from the ConfigMap', two: 'from the ConfigMap' }),
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'vars', namespace: ns },
            data: { two: 'ZnJvbSB0aGUgU2VjcmV0' },
          },
        ],
        files: {
          'a.yaml': yaml(
            configMap('a', ns, { all: '${one} ${two} ${three} ${four:=default} $${five}' }),
            configMap(
              'b',
              ns,
              { all: '${one}' },
              { annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } },
            ),
          ),
        },
        spec: {
          postBuild: {
            substitute: { three: 'from the spec' },
            substituteFrom: [
              { kind: 'ConfigMap', name: 'vars' },
              { kind: 'Secret', name: 'vars' },
              { kind: 'ConfigMap', name: 'none', optional: true },
            ],
          },
        },
      },
    ],
  })),
  scenario('substitution-undefined', ns => ({
    steps: [
      {
        does: 'a variable that nobody sets',
        files: { 'a.yaml': yaml(configMap('a', ns, { all: '${one} ${two}' })) },
        spec: { postBuild: { substitute: { one: '1' } } },
      },
    ],
  })),
  scenario('substitution-missing', ns => ({
    steps: [
      {
        does: 'a ConfigMap that is not there',
        files: { 'a.yaml': yaml(configMap('a', ns, { all: '${one}' })) },
        spec: { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } },
      },
      { does: 'it comes', objects: [configMap('vars', ns, { one: '1' })], request: true },
    ],
  })),
  scenario('substitution-bad-name', ns => ({
    steps: [
      {
        does: 'a name that no variable can have',
        files: { 'a.yaml': yaml(configMap('a', ns, { all: '${one}' })) },
        spec: { postBuild: { substitute: { 'one-two': '1' } } },
      },
    ],
  })),
  scenario('substitution-always', ns => ({
    steps: [
      {
        does: 'no variables, substituted always',
        files: { 'a.yaml': yaml(configMap('a', ns, { all: '${one:=default}' })) },
        spec: { postBuild: { substituteStrategy: 'Always' } },
      },
    ],
  })),
  scenario('sops-not-configured', ns => ({
    steps: [
      {
        does: 'an encrypted Secret without spec.decryption',
        files: {
          'a.yaml': yaml({
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'a', namespace: ns },
            data: { one: 'ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]' },
            sops: { mac: 'ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]', version: '3.13.0' },
          }),
        },
      },
    ],
  })),
  scenario('decryption-secret-missing', ns => ({
    steps: [
      {
        does: 'the Secret with the keys is not there',
        files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) },
        spec: { decryption: { provider: 'sops', secretRef: { name: 'keys' } } },
      },
    ],
  })),
  scenario('decryption', ns => {
    const keys = (data: JsonObject) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: ns },
      stringData: data,
    });
    return {
      steps: [
        {
          does: 'keys that open it',
          objects: [keys({ 'team.agekey': encrypted.agekey, 'team.asc': encrypted.asc })],
          files: {
            'whole.yaml': encrypted.files['whole.yaml'],
            'pgp.yaml': encrypted.files['pgp.yaml'],
            'config.yaml': encrypted.files['config.yaml'],
            'app.env': encrypted.files['app.env'],
            'kustomization.yaml': kustomizationFile({
              namespace: ns,
              resources: ['whole.yaml', 'pgp.yaml', 'config.yaml'],
              secretGenerator: [{ name: 'env', envs: ['app.env'] }],
            }),
          },
          spec: { decryption: { provider: 'sops', secretRef: { name: 'keys' } } },
        },
        {
          does: 'a file without the version of sops',
          files: { 'whole.yaml': encrypted.files['whole.yaml']!.replace(/^ +version: .*\n/m, '') },
        },
        {
          does: 'a file that was changed after it was encrypted',
          files: { 'config.yaml': encrypted.files['config.yaml']!.replace('name: config', 'name: renamed') },
        },
        {
          does: 'keys that open none of it',
          objects: [keys({ 'team.agekey': otherKey })],
          request: true,
        },
      ],
    };
  }),
  scenario('decryption-object-level', ns => ({
    steps: [
      {
        does: 'an identity that objects may not have by default',
        files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) },
        spec: { decryption: { provider: 'sops', serviceAccountName: 'somebody' } },
      },
    ],
  })),
  scenario('config-map-patch-without-target', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      {
        does: 'a patch of an object that is not there',
        files: { 'a.yaml': yaml(configMap('a', ns, { one: '1' })) },
        spec: { patches: [{ patch: yaml(configMap('none', ns, { one: '2' })) }] },
      },
      {
        does: 'a patch that deletes',
        spec: {
          patches: [
            {
              patch: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: ${ns}\n$patch: delete\n`,
            },
          ],
        },
      },
    ],
  })),
];
