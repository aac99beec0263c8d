import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Body, type Client, connect } from '../testing/client.ts';
import { until } from '../testing/until.ts';

let cluster: Cluster;
let client: Client;
const core = '/api/v1/namespaces/default';
const configMaps = `${core}/configmaps`;
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const merge = 'application/merge-patch+json';

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

function deployment(name: string) {
  return {
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'nginx' }] },
      },
    },
  };
}

describe('the status', () => {
  const patch = {
    metadata: { labels: { seen: 'yes' }, annotations: { noted: 'yes' } },
    spec: { replicas: 7 },
    status: { replicas: 3 },
  };

  test('of older kinds brings labels and annotations along, and no spec', async () => {
    const sets = '/apis/apps/v1/namespaces/default/replicasets';
    await client.post(sets, { ...deployment('set'), spec: { ...deployment('set').spec, replicas: 0 } });
    await client.patch(`${sets}/set/status`, merge, patch);
    const { body } = await client.get(`${sets}/set`);
    expect(body.metadata).toMatchObject(patch.metadata);
    expect([body.spec.replicas, body.status.replicas]).toEqual([0, 3]);
  });

  test('of a Deployment brings annotations, and of newer kinds nothing', async () => {
    await client.post(deployments, deployment('noted'));
    await client.patch(`${deployments}/noted/status`, merge, patch);
    const { metadata } = (await client.get(`${deployments}/noted`)).body;
    expect([metadata.labels, metadata.annotations]).toEqual([undefined, patch.metadata.annotations]);
    const attachments = '/apis/storage.k8s.io/v1/volumeattachments';
    const source = { persistentVolumeName: 'v' };
    await client.post(attachments, {
      metadata: { name: 'a' },
      spec: { attacher: 'x', nodeName: 'n', source },
    });
    await client.patch(`${attachments}/a/status`, merge, {
      metadata: patch.metadata,
      status: { attached: true },
    });
    const { body } = await client.get(`${attachments}/a`);
    expect([body.metadata.labels, body.metadata.annotations, body.status.attached]).toEqual([
      undefined,
      undefined,
      true,
    ]);
  });
});

test('the certificate of the authority comes back whatever is done to it', async () => {
  const { body } = await client.get(`${configMaps}/kube-root-ca.crt`);
  const isBack = (found: Body) => found.data?.['ca.crt'] === body.data['ca.crt'];
  await client.patch(`${configMaps}/kube-root-ca.crt`, merge, { data: { 'ca.crt': '', more: 'x' } });
  expect((await until(client, `${configMaps}/kube-root-ca.crt`, isBack)).data).toEqual(body.data);
  await client.delete(`${configMaps}/kube-root-ca.crt`);
  await until(client, `${configMaps}/kube-root-ca.crt`, isBack);
});

describe('create', () => {
  test('generates a name', async () => {
    const { body } = await client.post(configMaps, { metadata: { generateName: 'made-' } });
    expect(body.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
  });

  test('refuses a name twice, a bad name, and a missing field, each with its cause', async () => {
    await client.post(configMaps, { metadata: { name: 'twice' } });
    const again = await client.post(configMaps, { metadata: { name: 'twice' } });
    expect(again.body).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "twice" already exists',
    });
    const bad = await client.post(configMaps, { metadata: { name: 'Bad_Name' } });
    expect(bad.body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      details: { causes: [{ field: 'metadata.name' }] },
    });
    const { selector: _selector, ...spec } = deployment('x').spec;
    const missing = await client.post(deployments, { metadata: { name: 'x' }, spec });
    expect(missing.body.message).toContain(
      'Deployment.apps "x" is invalid: [spec.selector: Required value, ',
    );
  });

  test('warns of what is valid and yet odd, and not again where nothing changes', async () => {
    const odd = deployment('odd.name');
    const created = await client.post(deployments, odd);
    expect(created.headers.warning).toContain('must not contain dots');
    const again = await client.patch(`${deployments}/odd.name`, merge, { metadata: { labels: { a: 'b' } } });
    expect([again.code, again.headers.warning]).toEqual([200, undefined]);
  });

  test('refuses names of managers that are too long or cannot be printed', async () => {
    const at = (manager: string) => `${configMaps}?dryRun=All&fieldManager=${encodeURIComponent(manager)}`;
    const long = await client.post(at('a'.repeat(129)), { metadata: { name: 'a' } });
    expect([long.code, long.body.message]).toEqual([
      422,
      'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
    ]);
    const odd = await client.post(at('a\u0007'), { metadata: { name: 'a' } });
    expect(odd.body.message).toContain('invalid character U+0007 (at position 1)');
  });

  test('says of names and owners what is wrong with them', async () => {
    const namespace = await client.post('/api/v1/namespaces', { metadata: { name: 'a.b' } });
    expect(namespace.body.details.causes[0].message).toBe('Invalid value: "a.b": must not contain dots');
    const owner = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', name, uid: name, controller: true });
    const owned = await client.post(configMaps, {
      metadata: { name: 'owned', ownerReferences: [owner('x'), owner('y')] },
    });
    expect(owned.body.details.causes[0].message).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for Pod/x and Pod/y',
    );
  });

  test('the uid is fixed: a replacement is of another object then, a patch is not valid', async () => {
    await client.post(configMaps, { metadata: { name: 'identity' } });
    const other = { metadata: { name: 'identity', uid: 'other' } };
    const replaced = await client.put(`${configMaps}/identity`, other);
    expect([replaced.code, replaced.body.reason]).toEqual([409, 'Conflict']);
    const patched = await client.patch(`${configMaps}/identity`, merge, {
      metadata: { uid: 'other', deletionTimestamp: '2020-01-01T00:00:00Z' },
    });
    expect([
      patched.code,
      patched.body.details.causes.map((cause: { field: string }) => cause.field),
    ]).toEqual([422, ['metadata.uid', 'metadata.deletionTimestamp']]);
  });

  test('says of a name that is taken whether what has it is being deleted', async () => {
    const held = { metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    await client.post(configMaps, held);
    await client.delete(`${configMaps}/held`);
    const again = await client.post(configMaps, { metadata: { name: 'held' } });
    expect([again.code, again.body.message]).toEqual([
      409,
      'object is being deleted: configmaps "held" already exists',
    ]);
    await client.patch(`${configMaps}/held`, merge, { metadata: { finalizers: null } });
  });

  test('warns of unknown fields, or refuses them', async () => {
    const typo = { ...deployment('typo'), spec: { ...deployment('typo').spec, replica: 1 } };
    const warned = await client.post(`${deployments}?dryRun=All`, typo);
    expect(warned.code).toBe(201);
    expect(warned.headers.warning).toBe('299 - "unknown field \\"spec.replica\\""');
    const refused = await client.post(`${deployments}?fieldValidation=Strict`, typo);
    expect(refused.code).toBe(400);
    expect(refused.body.message).toContain('strict decoding error: unknown field "spec.replica"');
    const { spec, ...rest } = typo;
    const twice = JSON.stringify({ ...rest, spec: { unknown: { a: 1 }, ...spec } })
      .replace('"a":1', '"a":1,"a":2')
      .replace('"replica":1', '"replica":1,"replicas":2,"replicas":3');
    const strictly = await client.send('POST', `${deployments}?fieldValidation=Strict`, twice);
    expect(strictly.body.message).toMatch(
      /: unknown field "spec.unknown", unknown field "spec.replica", duplicate field "spec.replicas"$/,
    );
    const mistyped = await client.post(deployments, {
      ...deployment('typo'),
      spec: { ...deployment('typo').spec, replicas: 'two' },
    });
    expect(mistyped.code).toBe(400);
  });

  test('takes metadata and conditions along with an approval, and nothing else', async () => {
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const spec = { request: 'eA==', signerName: 'example.com/one', usages: ['client auth'] };
    await client.post(path, { metadata: { name: 'somebody' }, spec });
    const conditions = [{ type: 'Approved', status: 'True', reason: 'Known' }];
    const { body } = await client.patch(`${path}/somebody/approval`, merge, {
      metadata: { annotations: { by: 'hand' } },
      spec: { signerName: 'example.com/two' },
      status: { conditions, certificate: 'eA==' },
    });
    expect(body).toMatchObject({ metadata: { annotations: { by: 'hand' } }, spec, status: { conditions } });
    expect(body.status.certificate).toBeUndefined();
  });

  test('writes nothing when it is a dry run', async () => {
    expect((await client.post(`${configMaps}?dryRun=All`, { metadata: { name: 'dry' } })).code).toBe(201);
    expect((await client.get(`${configMaps}/dry`)).code).toBe(404);
  });
});

test('deadlines of a Pod come nearer, tolerations are added, gates are taken away', async () => {
  const tolerations = [{ key: 'a', operator: 'Exists' }];
  const spec = { containers: [{ name: 'c', image: 'x' }], tolerations, schedulingGates: [{ name: 'x/a' }] };
  await client.post(`${core}/pods`, {
    metadata: { name: 'fixed' },
    spec: { ...spec, activeDeadlineSeconds: 9 },
  });
  const causes = async (changed: object) => {
    const { body } = await client.patch(`${core}/pods/fixed`, merge, { spec: changed });
    return body.details?.causes?.map(
      (each: { field: string; message: string }) => `${each.field}: ${each.message}`,
    );
  };
  expect(await causes({ activeDeadlineSeconds: 10 })).toEqual([
    'spec.activeDeadlineSeconds: Invalid value: 10: must be less than or equal to previous value',
  ]);
  expect(await causes({ activeDeadlineSeconds: null })).toEqual([
    'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value',
  ]);
  expect(await causes({ tolerations: [] })).toEqual([
    'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
  ]);
  expect(await causes({ schedulingGates: [{ name: 'x/b' }] })).toEqual([
    "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'x/b'",
  ]);
  const looser = {
    activeDeadlineSeconds: 8,
    schedulingGates: [],
    tolerations: [...tolerations, { key: 'b', operator: 'Exists' }],
  };
  expect(await causes(looser)).toBeUndefined();
});

test('a collection that is deleted lets others have their turn', async () => {
  const space = '/api/v1/namespaces/many';
  await client.post('/api/v1/namespaces', { metadata: { name: 'many' } });
  for (let i = 0; i < 1500; i += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, k) =>
        client.post(`${space}/configmaps`, { metadata: { name: `one-${i + k}` } }),
      ),
    );
  let ended = false;
  const deleting = client.delete(`${space}/configmaps`).finally(() => {
    ended = true;
  });
  const left: number[] = [];
  while (!ended) {
    const { body } = await client.get(`${space}/configmaps?limit=1`);
    left.push(body.items.length + (body.metadata.remainingItemCount ?? 0));
  }
  expect((await deleting).code).toBe(200);
  expect(left.some(count => count > 0 && count < 1500)).toBe(true);
});

describe('update and patch', () => {
  test('count generations for the spec only, and status goes by its own door', async () => {
    const { body: created } = await client.post(deployments, deployment('doors'));
    expect(created.metadata.generation).toBe(1);
    const status = { replicas: 1, observedGeneration: 1 };
    const main = await client.patch(`${deployments}/doors`, merge, {
      metadata: { labels: { a: 'b' } },
      status,
    });
    expect(main.body.metadata.generation).toBe(1);
    expect(main.body.status).toEqual({});
    const door = await client.patch(`${deployments}/doors/status`, merge, {
      metadata: { labels: { a: 'c' } },
      spec: { replicas: 9 },
      status,
    });
    expect(door.body).toMatchObject({
      metadata: { generation: 1, labels: { a: 'b' } },
      spec: { replicas: 1 },
      status,
    });
    const spec = await client.patch(`${deployments}/doors`, merge, { spec: { replicas: 3 } });
    expect(spec.body.metadata.generation).toBe(2);
    const scaled = await client.patch(`${deployments}/doors/scale`, merge, { spec: { replicas: 5 } });
    expect(scaled.body).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 5 },
      status: { selector: 'app=doors' },
    });
  });

  test('nothing is written when nothing changes', async () => {
    const { body } = await client.post(configMaps, { metadata: { name: 'same' }, data: { a: 'b' } });
    const again = await client.put(`${configMaps}/same`, body);
    expect(again.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
  });

  test('an immutable ConfigMap, and a selector, do not change', async () => {
    await client.post(configMaps, { metadata: { name: 'fixed' }, immutable: true, data: { a: 'b' } });
    const refused = await client.patch(`${configMaps}/fixed`, merge, { data: { a: 'c' } });
    expect(refused.body.message).toBe(
      'ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    );
    await client.post(deployments, deployment('fixed'));
    const labels = { app: 'other' };
    const selector = await client.patch(`${deployments}/fixed`, merge, {
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
    });
    expect(selector.body.message).toContain('field is immutable');
  });

  test('a failing test operation of a JSON patch is a 422', async () => {
    await client.post(configMaps, { metadata: { name: 'tested' }, data: { a: 'b' } });
    const patch = [{ op: 'test', path: '/data/a', value: 'x' }];
    expect((await client.patch(`${configMaps}/tested`, 'application/json-patch+json', patch)).code).toBe(422);
  });

  test('an apply that changes nothing does not move the revision', async () => {
    const apply = () =>
      client.patch(
        `${configMaps}/applied?fieldManager=me`,
        'application/apply-patch+yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied}\ndata: {a: b}\n',
      );
    const first = await apply();
    expect(first.code).toBe(201);
    const second = await apply();
    expect(second.code).toBe(200);
    expect(second.body).toEqual(first.body);
    const nameless = await client.patch(`${configMaps}/applied`, 'application/apply-patch+yaml', '{}');
    expect(nameless.body.message).toContain('fieldManager: Required value');
  });
});

describe('delete', () => {
  test('waits for finalizers', async () => {
    await client.post(configMaps, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    const marked = await client.delete(`${configMaps}/held`);
    expect(marked.body.metadata.deletionTimestamp).toBeDefined();
    const added = await client.patch(`${configMaps}/held`, merge, {
      metadata: { finalizers: ['example.com/hold', 'example.com/more'] },
    });
    expect(added.code).toBe(422);
    await client.patch(`${configMaps}/held`, merge, { metadata: { finalizers: null } });
    expect((await client.get(`${configMaps}/held`)).code).toBe(404);
  });

  test('obeys preconditions', async () => {
    await client.post(configMaps, { metadata: { name: 'guarded' } });
    const refused = await client.delete(`${configMaps}/guarded`, { preconditions: { uid: 'other' } });
    expect(refused.body).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  test.each([
    ['Background', 404],
    ['Foreground', 404],
    ['Orphan', 200],
  ])('with propagation %s leaves dependents with %d', async (propagationPolicy, code) => {
    const { body: owner } = await client.post(configMaps, {
      metadata: { name: `owner-${code}-${propagationPolicy.toLowerCase()}` },
    });
    const { name, uid } = owner.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true }];
    await client.post(configMaps, { metadata: { name: `${name}-child`, ownerReferences } });
    await client.delete(`${configMaps}/${name}`, { propagationPolicy });
    await until(
      client,
      `${configMaps}?fieldSelector=metadata.name%3D${name}`,
      ({ items }) => items.length === 0,
    );
    if (code === 404)
      await until(
        client,
        `${configMaps}?fieldSelector=metadata.name%3D${name}-child`,
        ({ items }) => items.length === 0,
      );
    const child = await client.get(`${configMaps}/${name}-child`);
    expect(child.code).toBe(code);
    if (code === 200) expect(child.body.metadata.ownerReferences).toBeUndefined();
  });

  test('a namespace goes with what is in it, after its finalizers', async () => {
    await client.post('/api/v1/namespaces', { metadata: { name: 'going' } });
    const inside = '/api/v1/namespaces/going/configmaps';
    await client.post(inside, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    await client.delete('/api/v1/namespaces/going');
    const waiting = await until(client, '/api/v1/namespaces/going', ({ status }) => status.conditions);
    expect(waiting.status.phase).toBe('Terminating');
    const refused = await client.post(inside, { metadata: { name: 'late' } });
    expect(refused.body).toMatchObject({
      code: 403,
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    });
    await client.patch(`${inside}/held`, merge, { metadata: { finalizers: null } });
    await until(
      client,
      '/api/v1/namespaces?fieldSelector=metadata.name%3Dgoing',
      ({ items }) => items.length === 0,
    );
  });
});

describe('list', () => {
  test('comes in pages of one revision', async () => {
    const secrets = `${core}/secrets`;
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await client.post(secrets, { metadata: { name, labels: { paged: 'yes' } } });
    const first = await client.get(`${secrets}?limit=2`);
    expect(first.body.metadata.remainingItemCount).toBe(3);
    await client.delete(`${secrets}/d`);
    const token = encodeURIComponent(first.body.metadata.continue);
    const rest = await client.get(`${secrets}?limit=5&continue=${token}`);
    expect(rest.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
      'c',
      'd',
      'e',
    ]);
    expect(rest.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });

  test('refuses field selectors that the kind does not have', async () => {
    const { code, body } = await client.get(`${configMaps}?fieldSelector=spec.x%3D1`);
    expect(code).toBe(400);
    expect(body.message).toContain('"spec.x" is not a known field selector');
  });

  test('is compressed when large and asked for', async () => {
    await client.post(configMaps, { metadata: { name: 'large' }, data: { text: 'x'.repeat(300_000) } });
    const { headers } = await client.get(configMaps, { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
  });
});
