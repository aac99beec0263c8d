import type { KubeObject } from '@millrace/kube';
import { expect, test } from 'vitest';
import { httpCredentials } from './credentials.ts';

const secret = (data: Record<string, string>) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'access', namespace: 'team' },
    data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, btoa(v)])),
  }) as KubeObject;

test('a name and password, a token and an authority are read', () => {
  expect(httpCredentials(secret({ username: 'me', password: 'pass', 'ca.crt': 'PEM' }))).toMatchObject({
    username: 'me',
    password: 'pass',
    ca: 'PEM',
  });
  expect(httpCredentials(secret({ bearerToken: 'token', caFile: 'OLD' }))).toMatchObject({
    bearerToken: 'token',
    ca: 'OLD',
  });
});

test.each<Record<string, string>>([
  { username: 'me' },
  { password: 'hunter2' },
  { bearerToken: 'hunter2', username: 'me', password: 'hunter2' },
])('%o is refused without its values', data => {
  expect(() => httpCredentials(secret(data))).toThrow(/secret 'team\/access' has/);
  expect(() => httpCredentials(secret(data))).not.toThrow(/hunter2/);
});
