import { chart, configMap, ref, scenario } from './build.ts';

/** Names and places. */
export const targets = [
  scenario('release-name-changes', () => ({
    look: [ref('ConfigMap', 'app'), ref('ConfigMap', 'other')],
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'another name', spec: { releaseName: 'other' } },
    ],
  })),
  scenario('target-namespace', ns => ({
    places: [`${ns}-b`],
    look: [ref('ConfigMap', `${ns}-b-app`, `${ns}-b`), ref('ConfigMap', 'app')],
    steps: [
      { does: 'a release elsewhere', chart: chart(), spec: { targetNamespace: `${ns}-b` } },
      { does: 'it comes home', spec: { targetNamespace: null } },
    ],
  })),
  scenario('storage-namespace', ns => ({
    places: [`${ns}-b`],
    steps: [
      { does: 'recorded elsewhere', chart: chart(), spec: { storageNamespace: `${ns}-b` } },
      { does: 'recorded at home', spec: { storageNamespace: null } },
    ],
  })),
  scenario('create-namespace', ns => ({
    look: [ref('Namespace', `${ns}-new`), ref('ConfigMap', 'app', `${ns}-new`)],
    steps: [
      {
        does: 'a namespace that is made',
        chart: chart(),
        spec: {
          targetNamespace: `${ns}-new`,
          releaseName: 'app',
          install: { createNamespace: true },
        },
      },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('missing-namespace', ns => ({
    steps: [
      {
        does: 'a namespace that is not there',
        chart: chart(),
        spec: { targetNamespace: `${ns}-none`, releaseName: 'app' },
      },
    ],
  })),
  scenario('chart-name-changes', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'a chart of another name', chart: chart('1.1.0', {}, 'other') },
    ],
  })),
  scenario('chart-name-changes-in-place', () => ({
    steps: [
      {
        does: 'a release',
        chart: chart(),
        spec: { upgrade: { chartNameChangeStrategy: 'InPlaceUpdate' } },
      },
      { does: 'a chart of another name', chart: chart('1.1.0', {}, 'other') },
    ],
  })),
  scenario('service-account', ns => ({
    steps: [
      {
        does: 'in the name of who may do little',
        chart: chart(),
        objects: [
          { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deployer' } },
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'Role',
            metadata: { name: 'deployer' },
            rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }],
          },
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: 'deployer' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
            subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: ns }],
          },
        ],
        spec: { serviceAccountName: 'deployer' },
        endless: true,
      },
      {
        does: 'they may',
        objects: [
          {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'Role',
            metadata: { name: 'deployer' },
            rules: [{ apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['*'] }],
          },
        ],
        request: true,
        becomes: 'True',
        endless: true,
      },
    ],
  })),
  scenario('service-account-goes', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'in the name of nobody who is there, it goes',
        spec: { serviceAccountName: 'nobody' },
        deleted: true,
      },
    ],
  })),
  scenario('kube-config-missing', () => ({
    steps: [
      {
        does: 'another cluster that nobody knows',
        chart: chart(),
        spec: { kubeConfig: { secretRef: { name: 'none' } } },
        endless: true,
      },
    ],
  })),
  scenario('release-name-invalid', () => ({
    steps: [
      { does: 'a name that is none', chart: chart(), spec: { releaseName: 'Bad_Name' }, endless: true },
    ],
  })),
  scenario('common-metadata', () => ({
    steps: [
      {
        does: 'labels for all',
        chart: chart(),
        spec: { commonMetadata: { labels: { team: 'a' }, annotations: { note: 'b' } } },
      },
      { does: 'other labels', spec: { commonMetadata: { labels: { team: 'c' }, annotations: null } } },
      { does: 'none', spec: { commonMetadata: null } },
    ],
  })),
  scenario('adoption', () => ({
    steps: [
      {
        does: 'an object of a stranger, which is not taken',
        chart: chart(),
        objects: [configMap('app', { motto: 'theirs', other: 'theirs' })],
        spec: { install: { disableTakeOwnership: true }, upgrade: { disableTakeOwnership: true } },
        endless: true,
      },
      { does: 'it is taken', spec: { install: { disableTakeOwnership: false } } },
    ],
  })),
  scenario('adoption-of-ones-own', () => ({
    steps: [
      {
        does: 'an object that says it is the release’s',
        chart: chart(),
        objects: [
          configMap(
            'app',
            { motto: 'theirs', other: 'theirs' },
            {
              labels: { 'app.kubernetes.io/managed-by': 'Helm' },
              annotations: {
                'meta.helm.sh/release-name': 'app',
                'meta.helm.sh/release-namespace': 's-adoption-of-ones-own',
              },
            },
          ),
        ],
        spec: { install: { disableTakeOwnership: true } },
      },
    ],
  })),
  scenario('adoption-by-upgrade', () => ({
    steps: [
      {
        does: 'a release',
        chart: chart(),
        objects: [configMap('second', { a: 'theirs' })],
        spec: { upgrade: { disableTakeOwnership: true } },
      },
      {
        does: 'an upgrade that meets a stranger’s object',
        chart: chart('1.1.0', {
          'templates/second.yaml':
            'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\ndata: {a: ours}\n',
        }),
        endless: true,
        becomes: 'False',
      },
      { does: 'and takes it', spec: { upgrade: { disableTakeOwnership: false } } },
    ],
  })),
];
