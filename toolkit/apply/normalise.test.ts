import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { normalised } from './normalise.ts';

const metadata = { name: 'a', namespace: 'b' };

test('status and creation time are not their author’s to say, but for the status of definitions', () => {
  const lamp = {
    apiVersion: 'example.com/v1',
    kind: 'Lamp',
    metadata: { ...metadata, creationTimestamp: null as never },
    status: { lit: true },
  };
  expect(normalised(lamp)).toEqual({ apiVersion: 'example.com/v1', kind: 'Lamp', metadata });
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lamps.example.com' },
    status: { conditions: [] },
  };
  expect(normalised(definition)).toEqual(definition);
});

test('what stringData says stands in data', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { a: 'YQ==', b: 'b2xk' },
    stringData: { b: 'new', __proto__: 'x' },
  };
  expect(normalised(secret)).toMatchObject({ data: { a: 'YQ==', b: 'bmV3' } });
  expect(normalised(secret)).not.toHaveProperty('stringData');
});

test.each([
  ['v1', 'Service', { ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] }],
  ['v1', 'Pod', { containers: [{ ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] }] }],
])('ports of a %s %s have a protocol', (apiVersion, kind, spec) => {
  const text = JSON.stringify(normalised({ apiVersion, kind, metadata, spec }));
  expect(text).toContain('{"port":80,"protocol":"TCP"},{"port":53,"protocol":"UDP"}');
});

test('a placeholder for an authority is left out of a definition, a certificate is not', () => {
  const definition = (caBundle: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lamps.example.com' },
    spec: { conversion: { webhook: { clientConfig: { caBundle, url: 'https://x' } } } },
  });
  for (const nothing of ['Cg==', 'not base64 at all', ''])
    expect(JSON.stringify(normalised(definition(nothing)))).not.toContain('caBundle');
  const certificate = readFileSync(new URL('../../e2e/tls/cert.pem', import.meta.url)).toString('base64');
  expect(normalised(definition(certificate))).toEqual(definition(certificate));
});
