import type { JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { expressions } from './expressions.ts';

/** What is there when requests come: the objects that Receivers wake, their Secrets, and the Receivers. */

export const namespace = 'hooks';
/** Another namespace, in which an object is that Receivers of the first may name. */
export const elsewhere = 'elsewhere';

export const token = 'correct-horse-battery';
/** Bytes that are no text of ASCII. */
export const oddToken = 'schl\u00fcssel \u2713';

const source = (name: string, labels: Record<string, string>, where = namespace): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace: where, labels, annotations: { image: `registry/${name}` } },
  spec: { interval: '1h', url: `https://git.example.com/${name}` },
});

const secret = (name: string, data: Record<string, string>): KubeObject & { stringData: object } => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData: data,
});

export const objects: KubeObject[] = [
  source('alpha', { app: 'web', tier: 'front' }),
  source('beta', { app: 'web', tier: 'back' }),
  source('gamma', { app: 'db' }),
  source('far', { app: 'web' }, elsewhere),
  {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'image', namespace },
    spec: { interval: '1h', url: 'oci://registry.example.com/image' },
  },
  secret('token', { token }),
  secret('odd', { token: oddToken }),
  secret('gcr', {
    token,
    email: 'robot@project.iam.gserviceaccount.com',
    audience: 'https://hooks.example.com',
  }),
  secret('gcr-anonymous', { token }),
  secret('no-token', { password: 'x' }),
];

type Resource = Record<string, unknown>;
const alpha: Resource = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: 'alpha' };
const web: Resource = { kind: 'GitRepository', name: '*', matchLabels: { app: 'web' } };

/** Specs by name. @param issuer of the tokens for those that know their callers by identity */
export function specs(issuer: string): Record<string, Record<string, unknown>> {
  const typed = (type: string, more: object = {}) => ({
    type,
    secretRef: { name: 'token' },
    resources: [alpha],
    ...more,
  });
  const generic = (more: object) => typed('generic', more);
  const trusts = (more: object = {}, spec: object = {}) => ({
    type: 'generic-oidc',
    oidcProviders: [
      {
        issuerURL: issuer,
        validations: [{ expression: "claims.org == 'mine'", message: 'wrong org' }],
        ...more,
      },
    ],
    resources: [alpha],
    ...spec,
  });
  return {
    generic: generic({}),
    hmac: typed('generic-hmac'),
    'hmac-odd': typed('generic-hmac', { secretRef: { name: 'odd' } }),
    github: typed('github'),
    'github-events': typed('github', { events: ['ping', 'push'] }),
    gitlab: typed('gitlab', { events: ['Push Hook', 'Tag Push Hook'] }),
    'gitlab-odd': typed('gitlab', { secretRef: { name: 'odd' } }),
    bitbucket: typed('bitbucket', { events: ['repo:push', 'repo:refs_changed'] }),
    harbor: typed('harbor'),
    dockerhub: typed('dockerhub'),
    quay: typed('quay'),
    acr: typed('acr'),
    nexus: typed('nexus'),
    gcr: typed('gcr', { secretRef: { name: 'gcr' } }),
    'gcr-anonymous': typed('gcr', { secretRef: { name: 'gcr-anonymous' } }),
    cdevents: typed('cdevents'),
    'cdevents-merged': typed('cdevents', { events: ['dev.cdevents.change.merged.0.2.0'] }),
    suspended: generic({}),
    broken: generic({}),
    'suspended-first': generic({ suspend: true }),
    'no-token': generic({ secretRef: { name: 'no-token' } }),
    'no-secret': generic({ secretRef: { name: 'nobody' } }),
    labels: generic({ resources: [web] }),
    'labels-two': generic({
      resources: [{ kind: 'GitRepository', name: '*', matchLabels: { app: 'web', tier: 'back' } }],
    }),
    'labels-none': generic({
      resources: [{ kind: 'GitRepository', name: '*', matchLabels: { app: 'nobody' } }],
    }),
    'labels-odd': generic({
      resources: [{ kind: 'GitRepository', name: '*', matchLabels: { app: 'web,tier=back' } }],
    }),
    'labels-empty': generic({ resources: [{ kind: 'GitRepository', name: '*', matchLabels: {} }] }),
    wildcard: generic({ resources: [{ kind: 'GitRepository', name: '*' }, alpha] }),
    several: generic({
      resources: [
        { kind: 'GitRepository', name: 'beta' },
        { kind: 'OCIRepository', name: 'image' },
      ],
    }),
    missing: generic({ resources: [{ kind: 'GitRepository', name: 'nobody' }, alpha] }),
    elsewhere: generic({ resources: [{ kind: 'GitRepository', name: 'far', namespace: elsewhere }, alpha] }),
    'elsewhere-labels': generic({ resources: [{ ...web, namespace: elsewhere }] }),
    'own-namespace': generic({ resources: [{ ...alpha, namespace }] }),
    'other-kind': generic({ resources: [{ kind: 'Kustomization', name: 'alpha' }, alpha] }),
    'other-version': generic({ resources: [{ ...alpha, apiVersion: 'source.toolkit.fluxcd.io/v9' }] }),
    filter: generic({ resources: [web], resourceFilter: 'req.tag.contains(res.metadata.name)' }),
    'filter-each': generic({
      resources: [
        { ...web, filter: "res.metadata.labels.tier == 'front'" },
        { kind: 'GitRepository', name: 'gamma', filter: "req.tag == 'gamma'" },
        { kind: 'OCIRepository', name: 'image' },
      ],
      resourceFilter: "req.tag != 'none'",
    }),
    'filter-kind': generic({
      resources: [alpha],
      resourceFilter:
        "res.kind == 'GitRepository' && res.apiVersion == 'source.toolkit.fluxcd.io/v1' && !has(res.spec)",
    }),
    'filter-numbers': generic({ resourceFilter: 'req.n / 2.0 == 1.5 && type(req.n) == double' }),
    'filter-remainder': generic({ resourceFilter: 'req.n % 2 == 1' }),
    'filter-empty': generic({ resourceFilter: 'req.size() == 0' }),
    'filter-missing': generic({
      resources: [web, { kind: 'GitRepository', name: 'gamma' }],
      resourceFilter: "res.metadata.labels.tier == 'back'",
    }),
    'filter-gcr': typed('gcr', { secretRef: { name: 'gcr' }, resourceFilter: "req.action == 'INSERT'" }),
    'filter-form': typed('github', { resourceFilter: 'req.size() == 0' }),
    'filter-strings': generic({
      resourceFilter: "req.tag.split('/').last().value().split(':').first().value() == res.metadata.name",
    }),
    'filter-not-boolean': generic({ resourceFilter: 'req.tag' }),
    'filter-not-cel': generic({ resourceFilter: 'req.tag ==' }),
    'filter-unknown': generic({ resourceFilter: "claims.org == 'mine'" }),
    'filter-each-not-cel': generic({ resources: [{ ...alpha, filter: '1 + 1' }] }),
    oidc: trusts(),
    'oidc-audience': trusts({ audience: 'somebody' }),
    'oidc-variables': trusts({
      variables: [
        { name: 'org', expression: 'claims.org' },
        { name: 'repos', expression: "[vars.org + '/a', vars.org + '/b']" },
      ],
      validations: [
        { expression: "vars.org == 'mine'", message: 'wrong org' },
        { expression: 'claims.repository in vars.repos', message: 'wrong repository' },
      ],
    }),
    'oidc-filter': trusts(
      {},
      {
        resources: [web],
        resourceFilter: 'res.metadata.name == claims.repository && (!has(req.x) || req.x > 1)',
      },
    ),
    'oidc-not-cel': trusts({ validations: [{ expression: 'claims.', message: 'x' }] }),
    'oidc-not-boolean': trusts({ validations: [{ expression: 'claims.org', message: 'x' }] }),
    'oidc-variable-later': trusts({
      variables: [
        { name: 'a', expression: 'vars.b' },
        { name: 'b', expression: 'true' },
      ],
      validations: [{ expression: 'vars.a == true', message: 'x' }],
    }),
    'oidc-numbers': trusts({ validations: [{ expression: 'claims.run / 2.0 == 1.5', message: 'x' }] }),
    ...Object.fromEntries(expressions.map((resourceFilter, i) => [`cel-${i}`, generic({ resourceFilter })])),
    'events-odd': typed('gitlab', { events: ['', 'K'] }),
    'oidc-slash': trusts({ issuerURL: `${issuer}/slash/` }),
    'oidc-plain': trusts({ issuerURL: `${issuer}/plain` }),
    'oidc-secret': trusts({ issuerURL: `${issuer}/secret` }),
    'oidc-keyless': trusts({ issuerURL: `${issuer}/keyless` }),
    'oidc-nameless': trusts({ issuerURL: `${issuer}/nameless` }),
    'oidc-text': trusts({ issuerURL: `${issuer}/text` }),
    'oidc-cel': trusts({
      variables: [
        { name: 'list', expression: "claims.groups.map(g, g + '!')" },
        { name: 'number', expression: '1 + 1' },
        { name: 'map', expression: "{'a': claims.org}" },
        { name: 'none', expression: 'null' },
        { name: 'time', expression: 'timestamp(0)' },
        { name: 'maybe', expression: 'claims.?nobody' },
      ],
      validations: [
        { expression: "'x!' in vars.list", message: 'list' },
        { expression: 'vars.number == 2 && type(vars.number) == int', message: 'number' },
        { expression: "vars.map.a == 'mine'", message: 'map' },
        { expression: 'vars.none == null', message: 'none' },
        { expression: 'vars.time == timestamp(0)', message: 'time' },
        { expression: 'type(claims.exp) == double', message: 'exp' },
      ],
    }),
    'oidc-nobody': trusts({ issuerURL: `${issuer}/nobody` }),
    'oidc-other': trusts({ issuerURL: `${issuer}/other` }),
  };
}

/** What happens to Receivers once they listen. */
export const changes: Record<string, JsonObject> = {
  suspended: { suspend: true },
  broken: { resourceFilter: 'req.' },
};

/** The Receivers. */
export function receivers(issuer: string): KubeObject[] {
  return Object.entries(specs(issuer)).map(([name, spec]) => ({
    apiVersion: 'notification.toolkit.fluxcd.io/v1',
    kind: 'Receiver',
    metadata: { name, namespace },
    spec,
  }));
}
