import { afterAll, beforeAll, expect, test } from 'vitest';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';

let subject: Subject;
let pod: string;
const strategic = 'application/strategic-merge-patch+json';

beforeAll(async () => {
  subject = await conformanceSubject();
  const pods = `/api/v1/namespaces/${await freshNamespace(subject.client)}/pods`;
  pod = `${pods}/web`;
  await subject.client.post(pods, {
    metadata: { name: 'web' },
    spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'nginx' }] },
  });
});

afterAll(() => subject.stop());

const debug = (container: object, at = '/ephemeralcontainers', type = strategic) =>
  subject.client.patch(`${pod}${at}`, type, { spec: { ephemeralContainers: [container] } });

test('a container is added to a Pod by a subresource of its own', async () => {
  const past = await debug({ name: 'debug', image: 'busybox' }, '');
  expect([past.code, past.body.details.causes[0].field]).toEqual([422, 'spec']);
  const { code, body } = await debug({ name: 'debug', image: 'busybox', targetContainerName: 'main' });
  expect([code, body.kind]).toEqual([200, 'Pod']);
  expect(body.spec.ephemeralContainers).toEqual([
    {
      name: 'debug',
      image: 'busybox',
      imagePullPolicy: 'Always',
      resources: {},
      targetContainerName: 'main',
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    },
  ]);
});

test.each([
  [{ name: 'main', image: 'busybox' }, 'FieldValueDuplicate', 'spec.ephemeralContainers[0].name'],
  [{ name: 'other' }, 'FieldValueRequired', 'spec.ephemeralContainers[0].image'],
  [
    { name: 'other', image: 'busybox', ports: [{ containerPort: 80 }] },
    'FieldValueForbidden',
    'spec.ephemeralContainers[0].ports',
  ],
  [
    { name: 'other', image: 'busybox', targetContainerName: 'nobody' },
    'FieldValueNotFound',
    'spec.ephemeralContainers[0].targetContainerName',
  ],
  [{ name: 'debug', image: 'nginx' }, 'FieldValueForbidden', 'spec.ephemeralContainers'],
])('%j is refused', async (container, reason, field) => {
  const { code, body } = await debug(container);
  expect([code, body.details.causes[0]]).toMatchObject([422, { reason, field }]);
});

test('none is taken away', async () => {
  const { code, body } = await debug(
    { name: 'other', image: 'nginx' },
    '/ephemeralcontainers',
    'application/merge-patch+json',
  );
  expect(code).toBe(422);
  expect(body.details.causes[0].message).toContain(
    'existing ephemeral containers "debug" may not be removed',
  );
});
