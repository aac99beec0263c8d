import { configMap, ks, scenario, yaml } from './build.ts';

const files = (ns: string, value = '1') => ({ 'a.yaml': yaml(configMap('a', ns, { one: value })) });

/** Where objects come from, and after whom. */
export const sources = [
  ...(['OCIRepository', 'Bucket', 'ExternalArtifact'] as const).map(source =>
    scenario(`from-${source.toLowerCase()}`, ns => ({
      source,
      gated: source === 'ExternalArtifact',
      steps: [
        { does: 'an artifact', files: files(ns) },
        { does: 'another one', files: files(ns, '2') },
      ],
    })),
  ),
  scenario('from-externalartifact-not-enabled', ns => ({
    source: 'ExternalArtifact',
    steps: [{ does: 'an artifact, without the gate', files: files(ns) }],
  })),
  scenario('from-elsewhere', ns => ({
    places: [`${ns}-b`],
    sourceIn: `${ns}-b`,
    steps: [
      {
        does: 'an artifact of another namespace',
        files: files(ns),
        spec: {
          sourceRef: {
            apiVersion: 'source.toolkit.fluxcd.io/v1',
            kind: 'GitRepository',
            name: 'fleet',
            namespace: `${ns}-b`,
          },
        },
      },
      { does: 'another one', files: files(ns, '2') },
    ],
  })),
  scenario('source-goes', ns => ({
    steps: [
      { does: 'an artifact', files: files(ns) },
      {
        does: 'its source goes',
        remove: [
          {
            apiVersion: 'source.toolkit.fluxcd.io/v1',
            kind: 'GitRepository',
            namespace: ns,
            name: 'fleet',
          },
        ],
        request: true,
      },
    ],
  })),
  scenario('dependency-elsewhere', ns => ({
    places: [`${ns}-b`],
    steps: [
      {
        does: 'a dependency in another namespace',
        files: { 'app/a.yaml': yaml(configMap('a', ns, {})), 'base/b.yaml': yaml(configMap('b', ns, {})) },
        spec: { path: './app', dependsOn: [{ name: 'base', namespace: `${ns}-b` }] },
      },
      {
        does: 'it comes',
        objects: [
          ks('base', `${ns}-b`, {
            path: './base',
            sourceRef: { kind: 'GitRepository', name: 'fleet', namespace: ns },
          }),
        ],
        becomes: 'True',
      },
    ],
  })),
];
