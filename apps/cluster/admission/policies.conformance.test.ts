import type { JsonObject } from '@millrace/json';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';

let subject: Subject;
let namespace: string;
const registration = '/apis/admissionregistration.k8s.io/v1';
const made: string[] = [];

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
  await subject.client.patch(`/api/v1/namespaces/${namespace}`, 'application/merge-patch+json', {
    metadata: { labels: { policed: namespace } },
  });
});
afterEach(async () => {
  for (const path of made.splice(0)) await subject.client.delete(path);
});
afterAll(async () => {
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

const configMaps = () => `/api/v1/namespaces/${namespace}/configmaps`;
const probe = { key: 'probe', message: 'probed' };

/** A policy about the ConfigMaps of the test's namespace. It refuses one named `probe`, to show that it is heard. */
function policy(name: string, spec: JsonObject): JsonObject {
  const { validations = [], ...more } = spec;
  return {
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            operations: ['CREATE', 'UPDATE', 'DELETE'],
            apiGroups: [''],
            apiVersions: ['v1'],
            resources: ['configmaps'],
          },
        ],
      },
      validations: [
        { expression: `request.name != '${probe.key}'`, message: probe.message },
        ...(validations as JsonObject[]),
      ],
      ...more,
    },
  };
}

/** Creates a policy with a binding, and waits until it is asked. */
async function bind(name: string, spec: JsonObject, binding: JsonObject = {}): Promise<void> {
  const own = `${namespace}-${name}`;
  const created = await subject.client.post(`${registration}/validatingadmissionpolicies`, policy(own, spec));
  expect(created.body.message).toBeUndefined();
  made.push(`${registration}/validatingadmissionpolicies/${own}`);
  const bound = await subject.client.post(`${registration}/validatingadmissionpolicybindings`, {
    metadata: { name: own },
    spec: {
      policyName: own,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { policed: namespace } } },
      ...binding,
    },
  });
  expect(bound.body.message).toBeUndefined();
  made.push(`${registration}/validatingadmissionpolicybindings/${own}`);
  await expect
    .poll(
      async () => {
        // Kubernetes hears of new policies a little later, and of those that are gone.
        const { body, headers } = await create(probe.key);
        const said = `${body.message ?? ''}${headers.warning ?? ''}`;
        return said.includes(`'${own}'`);
      },
      { timeout: 10_000 },
    )
    .toBe(true);
}

/** A kind of its own: Kubernetes watches the parameters of a built-in kind only once in its life. */
async function defineLimits(plural: string, group: string): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const most = { type: 'integer' };
  const openAPIV3Schema = { type: 'object', properties: { most } };
  await subject.client.post(path, {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind: `${plural}kind` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  });
  made.push(`${path}/${plural}.${group}`);
}

const create = (name: string, more: JsonObject = {}, query = '?dryRun=All') =>
  subject.client.post(`${configMaps()}${query}`, { metadata: { name }, ...more });

describe('a validating admission policy', () => {
  test('refuses with the message of its expression', async () => {
    await bind('plain', { validations: [{ expression: "!has(object.data) || !('bad' in object.data)" }] });
    const { code, body } = await create('x', { data: { bad: '1' } });
    expect(code).toBe(422);
    const message = `ValidatingAdmissionPolicy '${namespace}-plain' with binding '${namespace}-plain' denied request: failed expression: !has(object.data) || !('bad' in object.data)`;
    expect(body).toMatchObject({
      reason: 'Invalid',
      message: `configmaps "x" is forbidden: ${message}`,
      details: { name: 'x', kind: 'configmaps', causes: [{ message }] },
    });
    expect((await create('x', { data: { good: '1' } })).code).toBe(201);
  });

  test('has variables, messages of its own and reasons', async () => {
    await bind('rich', {
      variables: [
        { name: 'size', expression: 'has(object.data) ? object.data.size() : 0' },
        { name: 'twice', expression: 'variables.size * 2' },
      ],
      validations: [
        {
          expression: 'variables.twice < 3',
          messageExpression: "'twice is ' + string(variables.twice)",
          reason: 'Forbidden',
        },
        {
          expression: "namespaceObject.metadata.labels['policed'] == object.metadata.namespace",
          message: 'namespace',
        },
        { expression: "request.userInfo.groups.exists(g, g == 'system:masters')", message: 'groups' },
        {
          expression: "authorizer.group('').resource('pods').namespace('default').check('get').allowed()",
          message: 'authorizer',
        },
        { expression: "authorizer.requestResource.check('delete').allowed()", message: 'request resource' },
      ],
    });
    const { code, body } = await create('x', { data: { a: '1', b: '2' } });
    expect([code, body.reason, body.message]).toEqual([
      403,
      'Forbidden',
      `configmaps "x" is forbidden: ValidatingAdmissionPolicy '${namespace}-rich' with binding '${namespace}-rich' denied request: twice is 4`,
    ]);
    expect((await create('x', { data: { a: '1' } })).body.message).toBeUndefined();
  });

  test('warns where its binding says so', async () => {
    await bind(
      'warns',
      { validations: [{ expression: 'has(object.data)', message: 'no data' }] },
      { validationActions: ['Warn', 'Audit'] },
    );
    const { code, headers } = await create('x');
    expect([code, headers.warning]).toEqual([
      201,
      `299 - "Validation failed for ValidatingAdmissionPolicy '${namespace}-warns' with binding '${namespace}-warns': no data"`,
    ]);
  });

  test('without a value refuses, or not, as it says', async () => {
    await bind('fails', { validations: [{ expression: "object.data.a == 'b'" }] });
    const { code, body } = await create('x');
    expect([code, body.reason, body.message]).toEqual([
      422,
      'Invalid',
      `configmaps "x" is forbidden: ValidatingAdmissionPolicy '${namespace}-fails' with binding '${namespace}-fails' denied request: expression 'object.data.a == 'b'' resulted in error: no such key: data`,
    ]);
  });

  test('that ignores failures lets pass what has no value', async () => {
    await bind('ignores', { failurePolicy: 'Ignore', validations: [{ expression: "object.data.a == 'b'" }] });
    expect((await create('x')).code).toBe(201);
    expect((await create('x', { data: { a: 'c' } })).code).toBe(422);
  });

  test('is asked only under its conditions', async () => {
    await bind('conditions', {
      matchConditions: [
        { name: 'labelled', expression: "request.name == 'probe' || has(object.metadata.labels)" },
      ],
      validations: [{ expression: 'false', message: 'never' }],
    });
    expect((await create('x')).code).toBe(201);
    const labelled = await subject.client.post(`${configMaps()}?dryRun=All`, {
      metadata: { name: 'x', labels: { a: 'b' } },
    });
    expect(labelled.code).toBe(422);
  });

  test('sees changes and deletions', async () => {
    await bind('changes', {
      validations: [
        {
          expression: "request.operation != 'UPDATE' || object.data == oldObject.data",
          message: 'data is fixed',
        },
        {
          expression: "request.operation != 'DELETE' || object == null && oldObject.metadata.name != 'kept'",
          message: 'is kept',
        },
      ],
    });
    await create('kept', { data: { a: '1' } }, '');
    const changed = await subject.client.patch(`${configMaps()}/kept`, 'application/merge-patch+json', {
      data: { a: '2' },
    });
    expect(changed.body.message).toContain('denied request: data is fixed');
    expect((await subject.client.delete(`${configMaps()}/kept`)).body.message).toContain(
      'denied request: is kept',
    );
  });

  test.each([
    ['by their name', { name: 'limits', parameterNotFoundAction: 'Deny' }],
    ['by their labels', { selector: { matchLabels: { limit: 'yes' } }, parameterNotFoundAction: 'Allow' }],
  ] as [string, JsonObject][])('takes parameters %s', async (how, paramRef) => {
    const plural = how.replaceAll(' ', '');
    const group = 'policies.millrace.example.com';
    await defineLimits(plural, group);
    const limits = {
      apiVersion: `${group}/v1`,
      kind: `${plural}kind`,
      metadata: { name: 'limits', labels: { limit: 'yes' } },
      most: 1,
    };
    await expect
      .poll(
        async () =>
          (await subject.client.post(`/apis/${group}/v1/namespaces/${namespace}/${plural}`, limits)).code,
      )
      .toBeOneOf([201, 409]);
    const spec = {
      paramKind: { apiVersion: `${group}/v1`, kind: `${plural}kind` },
      validations: [
        {
          expression: '!has(object.data) || object.data.size() <= params.most',
          messageExpression: "'at most ' + string(params.most)",
        },
      ],
    };
    await bind(how.replaceAll(' ', '-'), spec, { paramRef });
    const refused = () => create('x', { data: { a: '1', b: '2' } });
    // Kubernetes hears of parameters a little later, too.
    await expect
      .poll(async () => (await refused()).body.message, { timeout: 25_000 })
      .toContain('denied request: at most 1');
    expect((await create('x', { data: { a: '1' } })).code).toBe(201);
  });

  test('whose parameters are not there refuses where it is to', async () => {
    await bind(
      'nowhere',
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
      { paramRef: { name: 'nothing', parameterNotFoundAction: 'Deny' } },
    );
    expect((await create('x')).body.message).toBe(
      `configmaps "x" is forbidden: ValidatingAdmissionPolicy '${namespace}-nowhere' with binding '${namespace}-nowhere' denied request: failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
  });

  test.each([
    ['a type that does not fit', { validations: [{ expression: 'object.spec + 1 + "a"' }] }],
    ['an unknown field of the request', { validations: [{ expression: "request.nope == 'a'" }] }],
    ['no bool', { validations: [{ expression: '1' }] }],
    ['a message that is no text', { validations: [{ expression: 'true', messageExpression: '1' }] }],
    [
      'an authorizer in its message',
      { validations: [{ expression: 'true', messageExpression: 'authorizer' }] },
    ],
    [
      'an unknown variable',
      { validations: [{ expression: 'variables.a' }], variables: [{ name: 'b', expression: '1' }] },
    ],
    ['a bad variable', { variables: [{ name: 'a-b', expression: 'object.' }] }],
    ['a bad reason', { validations: [{ expression: 'true', reason: 'NotFound' }] }],
    ['a bad condition', { matchConditions: [{ name: 'a', expression: 'params.x' }] }],
    ['parameters that it does not declare', { validations: [{ expression: 'params.x == 1' }] }],
  ] as [string, JsonObject][])('with %s is refused', async (_name, spec) => {
    const { code, body } = await subject.client.post(
      `${registration}/validatingadmissionpolicies?dryRun=All`,
      policy('refused', spec),
    );
    expect(code).toBe(422);
    expect(body.message).toMatchSnapshot();
  });
});
