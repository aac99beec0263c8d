import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Kustomization } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configMap, isReady, readyOf, type System, startSystem } from './system.ts';

/** A file of the real SOPS, and the data key that the KMS of moto opened for it. */
const golden = JSON.parse(
  readFileSync(new URL('../clients/key-services/golden/aws-kms.json', import.meta.url), 'utf8'),
) as { cases: { file: string; dataKey: string }[] };
const { file, dataKey } = golden.cases[0]!;

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

/** Identities of objects: what is said of `serviceAccountName` in kustomize-controller, docs/spec/v1. */
describe('a ServiceAccount that an object names', () => {
  let system: System;
  let aws: Server;
  const assumed: URLSearchParams[] = [];

  beforeAll(async () => {
    aws = createServer(async (request, response) => {
      const body = (await request.toArray()).join('');
      if (request.headers['x-amz-target'] === 'TrentService.Decrypt') {
        const isRole = request.headers.authorization?.includes('Credential=ASIAROLE/');
        if (!isRole) return response.writeHead(400).end('{"__type": "AccessDeniedException"}');
        return response.end(JSON.stringify({ Plaintext: dataKey }));
      }
      assumed.push(new URLSearchParams(body));
      response.end(`<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`);
    });
    await new Promise<void>(resolve => aws.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    system = await startSystem(['--feature-gates', 'ObjectLevelWorkloadIdentity=true'], {
      env: { AWS_ENDPOINT_URL: endpoint },
    });
    const { url, clone } = await system.repository('fleet');
    await clone.push('Start', {
      'keys/kustomization.yaml':
        'secretGenerator:\n- name: opened\n  files: [plain.json]\n  options: {disableNameSuffixHash: true}\n',
      'keys/plain.json': file,
      'there/app.yaml': configMap('entered', 'git'),
    });
    await system.source('fleet', url);
  });
  const clusterRole = () => `${system.namespace}-deployer`;
  afterAll(async () => {
    await system.stop();
    aws.closeAllConnections();
    aws.close();
  });

  const apply = (object: object) =>
    system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  const metadata = (name: string) => ({ name, namespace: system.namespace });
  const serviceAccount = (name: string, annotations = {}) =>
    apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata(name), annotations } });
  const said = async (name: string, what: RegExp) => {
    const ref = system.ref('Kustomization', name);
    const found = await system.until<Kustomization>(ref, String(what), ks =>
      what.test(readyOf(ks)?.message ?? ''),
    );
    return readyOf(found)!;
  };
  const ready = (name: string) =>
    system.until<Kustomization>(system.ref('Kustomization', name), 'ready', ks => isReady(ks));

  test('opens keys of SOPS by the role that it names, with a token for AWS', async () => {
    await serviceAccount('sops', { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/sops' });
    const decryption = { provider: 'sops' as const, serviceAccountName: 'sops' };
    await system.kustomization('keys', { path: './keys', targetNamespace: system.namespace, decryption });
    await ready('keys');
    const secret = await system.get<KubeObject & { data: Record<string, string> }>({
      apiVersion: 'v1',
      kind: 'Secret',
      ...metadata('opened'),
    });
    expect(JSON.parse(Buffer.from(secret!.data['plain.json']!, 'base64').toString())).toMatchObject({
      data: { password: 'hunter2' },
    });
    expect(assumed[0]!.get('RoleArn')).toBe('arn:aws:iam::123456789012:role/sops');
    expect(claimsOf(assumed[0]!.get('WebIdentityToken')!)).toMatchObject({
      sub: `system:serviceaccount:${system.namespace}:sops`,
      aud: ['sts.amazonaws.com'],
    });
  });

  test('opens none where it names no role, and the controller does not in its place', async () => {
    await serviceAccount('nobody');
    const decryption = { provider: 'sops' as const, serviceAccountName: 'nobody' };
    await system.kustomization('no-role', { path: './keys', targetNamespace: system.namespace, decryption });
    const { message } = await said('no-role', /eks\.amazonaws\.com\/role-arn/);
    expect(message).toContain(`ServiceAccount ${system.namespace}/nobody: the annotation`);
  });

  test('enters another cluster, which is this one, with its own rights', async () => {
    await serviceAccount('deployer');
    await apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: clusterRole() },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }],
    });
    await apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: clusterRole() },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole() },
      subjects: [{ kind: 'ServiceAccount', ...metadata('deployer') }],
    });
    const { server, ca } = system.client.connection;
    const own = await ownAudience();
    const data = {
      provider: 'generic',
      address: server,
      'ca.crt': ca,
      serviceAccountName: 'deployer',
      audiences: own,
    };
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('cluster'), data });
    const kubeConfig = { configMapRef: { name: 'cluster' } };
    await system.kustomization('there', { path: './there', targetNamespace: system.namespace, kubeConfig });
    await ready('there');
    expect(await system.get(system.ref('ConfigMap', 'entered'))).toMatchObject({ data: { value: 'git' } });
    await system.client.delete(system.ref('Kustomization', 'there'), { as: 'own' });
    await system.until(system.ref('ConfigMap', 'entered'), 'gone', object => object === undefined);
    await system.until(system.ref('Kustomization', 'there'), 'gone', object => object === undefined);
    for (const kind of ['ClusterRole', 'ClusterRoleBinding'])
      await system.client.delete(
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind, name: clusterRole() },
        { as: 'own' },
      );
  });

  test.each([
    ['no provider', {}, /provider '' not implemented: it must be one of aws, azure, gcp, generic/],
    [
      'an empty name',
      { provider: 'generic', address: 'https://a', serviceAccountName: '' },
      /serviceAccountName is empty/,
    ],
    [
      'nobody, whom there is not',
      { provider: 'generic', address: 'https://a', serviceAccountName: 'none' },
      /none/,
    ],
    [
      'no cluster of EKS',
      { provider: 'aws', cluster: 'x', serviceAccountName: 'deployer' },
      /is no cluster of EKS/,
    ],
  ])('is not found in a ConfigMap with %s, which is told', async (_, data, message) => {
    const name = `cluster-${Object.keys(data).length}-${Object.values(data).join('').length}`;
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(name), data });
    const kubeConfig = { configMapRef: { name } };
    await system.kustomization(name, { path: './there', targetNamespace: system.namespace, kubeConfig });
    await said(name, message);
  });

  /** For whom this cluster issues tokens if nobody is named. */
  async function ownAudience(): Promise<string> {
    const path = `/api/v1/namespaces/${system.namespace}/serviceaccounts/deployer/token`;
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
    const { text } = await system.client.transport.send({ method: 'POST', path, body });
    return claimsOf(JSON.parse(text).status.token).aud.join('\n');
  }
});
