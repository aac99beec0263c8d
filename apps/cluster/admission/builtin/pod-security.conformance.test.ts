import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

let subject: Subject;
const namespaces: Record<string, string> = {};
const key = (mode: string) => `pod-security.kubernetes.io/${mode}`;

beforeAll(async () => {
  subject = await conformanceSubject();
  for (const level of ['baseline', 'restricted']) {
    const namespace = await freshNamespace(subject.client);
    namespaces[level] = namespace;
    const labels = { [key('enforce')]: level, [key('warn')]: 'restricted' };
    const merge = 'application/merge-patch+json';
    await subject.client.patch(`/api/v1/namespaces/${namespace}`, merge, { metadata: { labels } });
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts?fieldSelector=metadata.name%3Ddefault`;
    await until(subject.client, accounts, ({ items }) => items.length === 1);
  }
});

afterAll(async () => {
  for (const name of Object.values(namespaces)) await subject.client.delete(`/api/v1/namespaces/${name}`);
  await subject.stop();
});

const pod = (level: string, spec: object): Promise<Answer> =>
  subject.client.post(`/api/v1/namespaces/${namespaces[level]}/pods?dryRun=All`, {
    metadata: { name: 'a' },
    spec,
  });

const container = (securityContext: object = {}, more: object = {}) => ({
  name: 'main',
  image: 'busybox',
  securityContext,
  ...more,
});

const wild = {
  hostNetwork: true,
  hostPID: true,
  containers: [
    container(
      {
        privileged: true,
        capabilities: { add: ['SYS_ADMIN', 'NET_RAW'] },
        seLinuxOptions: { type: 'foo', user: 'x' },
        appArmorProfile: { type: 'Unconfined' },
        seccompProfile: { type: 'Unconfined' },
      },
      {
        ports: [{ containerPort: 80, hostPort: 80 }],
        livenessProbe: { httpGet: { host: 'a.b', port: 80 } },
      },
    ),
    { ...container({ privileged: true, runAsUser: 0, runAsNonRoot: false }), name: 'other' },
  ],
  volumes: [
    { name: 'root', hostPath: { path: '/' } },
    { name: 'far', nfs: { server: 'a', path: '/' } },
  ],
  securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] },
};

const common = {
  appArmor:
    'forbidden AppArmor profile (container "main" must not set AppArmor profile type to "Unconfined")',
  namespaces: 'host namespaces (hostNetwork=true, hostPID=true)',
  ports: 'hostPort (container "main" uses hostPort 80)',
  probes: 'probe or lifecycle host (container "main" uses probe or lifecycle host "a.b")',
  privileged: 'privileged (containers "main", "other" must not set securityContext.privileged=true)',
  seLinux:
    'seLinuxOptions (container "main" set forbidden securityContext.seLinuxOptions: type "foo"; user may not be set)',
  seccomp:
    'seccompProfile (container "main" must not set securityContext.seccompProfile.type to "Unconfined")',
  sysctls: 'forbidden sysctls (kernel.msgmax)',
};

test('a namespace of the baseline refuses what reaches out of a container', async () => {
  const { code, body } = await pod('baseline', wild);
  const capabilities =
    'non-default capabilities (container "main" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)';
  expect(code).toBe(403);
  expect(body.message).toBe(
    `pods "a" is forbidden: violates PodSecurity "baseline:latest": ${[
      common.appArmor,
      capabilities,
      common.namespaces,
      'hostPath volumes (volume "root")',
      common.ports,
      common.probes,
      common.privileged,
      common.seLinux,
      common.seccomp,
      common.sysctls,
    ].join(', ')}`,
  );
});

test('a restricted one asks for more', async () => {
  const { code, body } = await pod('restricted', wild);
  expect(code).toBe(403);
  expect(body.message).toBe(
    `pods "a" is forbidden: violates PodSecurity "restricted:latest": ${[
      common.appArmor,
      common.namespaces,
      common.ports,
      common.probes,
      common.privileged,
      common.seLinux,
      common.sysctls,
      'allowPrivilegeEscalation != false (containers "main", "other" must set securityContext.allowPrivilegeEscalation=false)',
      'unrestricted capabilities (containers "main", "other" must set securityContext.capabilities.drop=["ALL"]; container "main" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
      'restricted volume types (volumes "root", "far" use restricted volume types "hostPath", "nfs")',
      'runAsNonRoot != true (container "other" must not set securityContext.runAsNonRoot=false)',
      'runAsUser=0 (container "other" must not set runAsUser=0)',
      common.seccomp,
    ].join(', ')}`,
  );
});

const missing =
  'allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

test('what is only missing is refused or warned of', async () => {
  const refused = await pod('restricted', { containers: [container()] });
  expect(refused.body.message).toBe(
    `pods "a" is forbidden: violates PodSecurity "restricted:latest": ${missing}`,
  );
  const warned = await pod('baseline', { containers: [container()] });
  const warning = `would violate PodSecurity "restricted:latest": ${missing}`;
  expect([warned.code, warned.headers.warning]).toEqual([201, `299 - "${warning.replace(/"/g, '\\"')}"`]);
});

test('a Pod that is careful is let in', async () => {
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  const careful = container({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  const { code, headers } = await pod('restricted', { securityContext, containers: [careful] });
  expect([code, headers.warning]).toEqual([201, undefined]);
});

test('of what makes Pods it is only warned', async () => {
  const labels = { app: 'a' };
  const template = { metadata: { labels }, spec: { containers: [container()] } };
  const path = `/apis/apps/v1/namespaces/${namespaces.restricted}/deployments?dryRun=All`;
  const spec = { selector: { matchLabels: labels }, template };
  const { code, headers } = await subject.client.post(path, { metadata: { name: 'a' }, spec });
  expect([code, headers.warning]).toEqual([
    201,
    `299 - "${`would violate PodSecurity "restricted:latest": ${missing}`.replace(/"/g, '\\"')}"`,
  ]);
});

test('a namespace cannot ask for a level that there is not', async () => {
  const labels = { [key('enforce')]: 'strict' };
  const path = `/api/v1/namespaces/${namespaces.baseline}`;
  const { code, body } = await subject.client.patch(path, 'application/merge-patch+json', {
    metadata: { labels },
  });
  expect([code, body.details.causes]).toEqual([
    422,
    [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: "strict": must be one of privileged, baseline, restricted',
        field: `metadata.labels[${key('enforce')}]`,
      },
    ],
  ]);
});

test('a change is looked at where it matters', async () => {
  const merge = 'application/merge-patch+json';
  const labels = { app: 'changing' };
  const template = { metadata: { labels }, spec: { containers: [container()] } };
  const deployments = `/apis/apps/v1/namespaces/${namespaces.restricted}/deployments`;
  const spec = { selector: { matchLabels: labels }, replicas: 0, template };
  await subject.client.post(deployments, { metadata: { name: 'changing' }, spec });
  const path = `${deployments}/changing`;
  const labelled = await subject.client.patch(path, merge, { metadata: { labels: { a: 'b' } } });
  expect(labelled.headers.warning).toContain('would violate PodSecurity');
  const scaled = await subject.client.patch(`${path}/scale`, merge, { spec: { replicas: 0 } });
  expect(scaled.headers.warning).toBeUndefined();
});

test('a namespace that gets stricter warns of the Pods that it has', async () => {
  const name = await freshNamespace(subject.client);
  const namespace = `/api/v1/namespaces/${name}`;
  // Pods need the account that they run as.
  const account = `${namespace}/serviceaccounts?fieldSelector=metadata.name%3Ddefault`;
  await until(subject.client, account, ({ items }) => items.length === 1);
  const enforce = async (level: string | null) => {
    const labels = { [key('enforce')]: level };
    const answer = await subject.client.patch(namespace, 'application/merge-patch+json', {
      metadata: { labels },
    });
    return answer.headers.warning;
  };
  for (const [pod, more] of [
    ['a', {}],
    ['b', {}],
    ['c', { privileged: true }],
  ] as const) {
    const spec = { automountServiceAccountToken: false, containers: [container(more)] };
    await subject.client.post(`${namespace}/pods`, { metadata: { name: pod }, spec });
  }
  const faults =
    'allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile';
  expect(await enforce('restricted')).toBe(
    [
      `299 - "existing pods in namespace \\"${name}\\" violate the new PodSecurity enforce level \\"restricted:latest\\""`,
      `299 - "a (and 1 other pod): ${faults}"`,
      `299 - "c: privileged, ${faults}"`,
    ].join(', '),
  );
  expect(await enforce('baseline')).toBeUndefined();
  const image = await subject.client.patch(`${namespace}/pods/c`, 'application/strategic-merge-patch+json', {
    spec: { containers: [{ name: 'main', image: 'busybox:2' }] },
  });
  expect([image.code, image.body.message]).toEqual([
    403,
    'pods "c" is forbidden: violates PodSecurity "baseline:latest": privileged (container "main" must not set securityContext.privileged=true)',
  ]);
});

test('a namespace may ask for the standards of an older version', async () => {
  const namespace = await freshNamespace(subject.client);
  const labels = { [key('enforce')]: 'restricted', [key('enforce-version')]: 'v1.20' };
  const path = `/api/v1/namespaces/${namespace}`;
  const label = (more: object) =>
    subject.client.patch(path, 'application/merge-patch+json', {
      metadata: { labels: { ...labels, ...more } },
    });
  await until(
    subject.client,
    `${path}/serviceaccounts?fieldSelector=metadata.name%3Ddefault`,
    ({ items }) => items.length === 1,
  );
  await label({});
  const spec = { automountServiceAccountToken: false, containers: [container({ runAsUser: 0 })] };
  const { body } = await subject.client.post(`${path}/pods?dryRun=All`, { metadata: { name: 'a' }, spec });
  expect(body.message).toBe(
    'pods "a" is forbidden: violates PodSecurity "restricted:v1.20": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  );
  const wrong = await label({ [key('warn-version')]: 'v2.3' });
  expect(wrong.body.details.causes[0].message).toBe('Invalid value: "v2.3": must be "latest" or "v1.x"');
  await subject.client.delete(path);
});
