import type { JsonObject } from '@millrace/json';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';

let subject: Subject;
let namespace: string;
const registration = '/apis/admissionregistration.k8s.io/v1';
const made: string[] = [];

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
});
afterEach(async () => {
  for (const path of made.splice(0)) await subject.client.delete(path);
});
afterAll(async () => {
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

const configMaps = () => `/api/v1/namespaces/${namespace}/configmaps`;
const apply = (expression: string) => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const rule = {
  operations: ['CREATE', 'UPDATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
};

/** A policy about the ConfigMaps that are labelled with its name. */
function policy(name: string, spec: JsonObject): JsonObject {
  const matchConstraints = { resourceRules: [rule], objectSelector: { matchLabels: { case: name } } };
  return { metadata: { name }, spec: { matchConstraints, reinvocationPolicy: 'Never', ...spec } };
}

async function create(kind: string, object: JsonObject): Promise<Answer> {
  const answer = await subject.client.post(`${registration}/${kind}`, object);
  if (answer.code === 201) made.push(`${registration}/${kind}/${answer.body.metadata.name}`);
  return answer;
}

/** Creates policies with bindings; answers when ConfigMaps with this label have come to be changed or refused. */
async function bind(label: string, specs: readonly JsonObject[]): Promise<Answer> {
  for (const [i, spec] of specs.entries()) {
    const name = `${label}-${i}`;
    const { matchConstraints, ...own } = policy(label, spec).spec as JsonObject;
    const created = await create('mutatingadmissionpolicies', {
      metadata: { name },
      spec: { matchConstraints: matchConstraints!, ...own },
    });
    expect(created.body.message).toBeUndefined();
    await create('mutatingadmissionpolicybindings', {
      metadata: { name },
      spec: { policyName: name },
    });
  }
  for (let number = 0; ; number++) {
    const metadata = { name: `${label}-${number}`, labels: { case: label } };
    const answer = await subject.client.post(configMaps(), { metadata, data: { a: '1' } });
    if (answer.code !== 201 || Object.keys(answer.body.data).length > 1) return answer;
  }
}

describe('a mutating admission policy', () => {
  test('merges an object in, which nobody comes to own', async () => {
    const { body } = await bind(`${namespace}-merge`, [
      {
        mutations: [
          apply('Object{metadata: Object.metadata{labels: {"added": "x"}}, data: {"b": object.data.a}}'),
        ],
      },
    ]);
    expect(body.data).toEqual({ a: '1', b: '1' });
    expect(body.metadata.labels.added).toBe('x');
    expect(JSON.stringify(body.metadata.managedFields)).not.toContain('f:added');
  });

  test('applies JSON patches, with their keys escaped', async () => {
    const key = 'jsonpatch.escapeKey("example.com/x")';
    const { body } = await bind(`${namespace}-patch`, [
      {
        mutations: [
          patch(
            `[JSONPatch{op: "add", path: "/metadata/labels/" + ${key}, value: "y"}, JSONPatch{op: "add", path: "/data/b", value: "2"}]`,
          ),
        ],
      },
    ]);
    expect([body.metadata.labels['example.com/x'], body.data.b]).toEqual(['y', '2']);
  });

  test('has variables and conditions, and makes its changes one after the other', async () => {
    const { body } = await bind(`${namespace}-chain`, [
      {
        variables: [{ name: 'next', expression: 'object.data.a + "1"' }],
        matchConditions: [{ name: 'new', expression: 'request.operation == "CREATE"' }],
        mutations: [
          apply('Object{data: {"b": variables.next}}'),
          apply('Object{data: {"c": object.data.b + "!"}}'),
        ],
      },
    ]);
    expect(body.data).toEqual({ a: '1', b: '11', c: '11!' });
    const changed = await subject.client.patch(
      `${configMaps()}/${body.metadata.name}`,
      'application/merge-patch+json',
      { data: { b: 'mine' } },
    );
    expect(changed.body.data.b).toBe('mine');
  });

  test('that wants it is asked again when a later one has changed the object', async () => {
    const seen = 'has(object.data.b) ? Object{data: {"seen": "b"}} : Object{}';
    const { body } = await bind(`${namespace}-again`, [
      { reinvocationPolicy: 'IfNeeded', mutations: [apply(seen)] },
      { mutations: [apply('Object{data: {"b": "2"}}')] },
    ]);
    expect(body.data).toEqual({ a: '1', b: '2', seen: 'b' });
  });

  test.each([
    [
      'names',
      apply('Object{metadata: Object.spec{labels: {"a": "b"}}}'),
      'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
    ],
    [
      'values',
      apply('Object{data: {"a": object.data.none}}'),
      `expression 'Object{data: {"a": object.data.none}}' resulted in error: no such key: none`,
    ],
    [
      'types',
      apply('Object{data: {"n": 5}}'),
      'error applying patch: failed to convert patch object to typed object: .data.n: expected string, got &value.valueUnstructured{Value:5}',
    ],
    ['operations', patch('[JSONPatch{op: "nope", path: "/data/a"}]'), 'JSON Patch: Unexpected kind: nope'],
  ])('that cannot make its change refuses the request: %s', async (what, mutation, why) => {
    const label = `${namespace}-${what}`;
    const { code, body } = await bind(label, [{ mutations: [mutation] }]);
    expect([code, body.reason], body.message).toEqual([403, 'Invalid']);
    expect(body.message).toBe(`policy '${label}-0' with binding '${label}-0' denied request: ${why}`);
  });

  test('that ignores failures leaves the object as it is', async () => {
    const { body } = await bind(`${namespace}-ignore`, [
      { failurePolicy: 'Ignore', mutations: [apply('Object{data: {"b": object.data.none}}')] },
      { mutations: [apply('Object{data: {"heard": "yes"}}')] },
    ]);
    expect(body.data).toEqual({ a: '1', heard: 'yes' });
  });

  test.each([
    [
      [apply('1 + 1')],
      'spec.mutations[0].applyConfiguration.expression',
      'must evaluate to Object but got int',
    ],
    [
      [patch('"x"')],
      'spec.mutations[0].jsonPatch.expression',
      'must evaluate to list(JSONPatch) but got string',
    ],
    [
      [apply('Foo{a: 1}')],
      'spec.mutations[0].applyConfiguration.expression',
      "undeclared reference to 'Foo'",
    ],
    [
      [patch('[JSONPatch{op: 1}]')],
      'spec.mutations[0].jsonPatch.expression',
      "expected type of field 'op' is 'string' but provided type is 'int'",
    ],
    [
      [{ patchType: 'Nope' }],
      'spec.mutations[0].patchType',
      'supported values: "ApplyConfiguration", "JSONPatch"',
    ],
    [
      [{ patchType: 'JSONPatch' }],
      'spec.mutations[0].jsonPatch',
      'must be specified when patchType is JSONPatch',
    ],
    [[], 'spec.mutations', 'mutations must contain at least one item'],
  ])('with %j is refused', async (mutations, field, why) => {
    const name = `${namespace}-bad`;
    const { code, body } = await create('mutatingadmissionpolicies', policy(name, { mutations }));
    expect([code, body.details.causes.length, body.details.causes[0].field]).toEqual([422, 1, field]);
    expect(body.details.causes[0].message).toContain(why);
  });
});
