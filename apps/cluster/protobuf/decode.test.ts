import { describe, expect, test } from 'vitest';
import { decodeKubernetesProtobuf } from './decode.ts';
import { BadProtobuf } from './reader.ts';

/** A varint below 128 fits one byte, which is all that these tests need. */
const field = (number: number, content: Buffer | string) => {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};
const varint = (number: number, value: number) => Buffer.from([number << 3, value]);

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const type = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, raw)]);
}

describe('protobuf of Kubernetes', () => {
  test('a namespace as kubectl 1.32 sends it', () => {
    // Taken from `kubectl create namespace foo -v9` of kubectl v1.32.4.
    const body = Buffer.from(
      '6b3873000a0f0a02763112094e616d657370616365121b0a130a03666f6f12001a0022002a003200380042001200' +
        '1a020a001a002200',
      'hex',
    );
    expect(decodeKubernetesProtobuf(body)).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'foo' },
    });
  });

  test('maps, bytes, and a zero that was meant', () => {
    const entry = field(2, Buffer.concat([field(1, 'key'), field(2, 'value')]));
    expect(decodeKubernetesProtobuf(envelope('v1', 'Secret', entry))).toMatchObject({
      data: { key: 'dmFsdWU=' },
    });
    const spec = field(2, varint(1, 0));
    expect(decodeKubernetesProtobuf(envelope('apps/v1', 'Deployment', spec))).toMatchObject({
      spec: { replicas: 0 },
    });
  });

  test('a message of one list stays an object, unless it only wraps texts', () => {
    const items = field(1, field(1, 'labels'));
    const projected = field(1, field(2, items));
    const source = Buffer.concat([Buffer.from([0xd2, 0x01, projected.length]), projected]); // field 26
    const volume = Buffer.concat([field(1, 'info'), field(2, source)]);
    expect(decodeKubernetesProtobuf(envelope('v1', 'Pod', field(2, field(1, volume))))).toMatchObject({
      spec: {
        volumes: [
          { name: 'info', projected: { sources: [{ downwardAPI: { items: [{ path: 'labels' }] } }] } },
        ],
      },
    });
    const user = field(5, Buffer.concat([field(1, 'scopes'), field(2, field(1, 'a'))]));
    expect(
      decodeKubernetesProtobuf(envelope('authorization.k8s.io/v1', 'SubjectAccessReview', field(2, user))),
    ).toMatchObject({ spec: { extra: { scopes: ['a'] } } });
  });

  test('the schema of a definition: what is a schema or a boolean, one or several, or any JSON', () => {
    // Written by k8s.io/apiextensions-apiserver v0.36.3.
    const body = Buffer.from(
      'azhzAAozChdhcGlleHRlbnNpb25zLms4cy5pby92MRIYQ3VzdG9tUmVzb3VyY2VEZWZpbml0aW9uEr0DChYKBmFzLmIuYxIA' +
        'GgAiACoAMgA4AEIAEpQDCgNiLmMaCAoAEgAiACoAIgA6/gIKAnYxEAEYASLxAgruAgoAEgAiACoGb2JqZWN0MgA6AFAAYAB6' +
        'AJABAOoBLQoGY2xvc2VkEiMKABIAIgAqADIAOgBQAGAAegCQAQDyAQIIAKgCALgCAMACAOoBRAoEZW51bRI8CgASACIAKgAy' +
        'ADoAQgsKCXsieCI6WzFdfVAAYAB6AJABAKIBBQoDImEiogEGCgRudWxsqAIAuAIAwAIA6gFPCgRsaXN0EkcKABIAIgAqADIA' +
        'OgBQAGAAegCQAQDCASYKJAoAEgAiACoGc3RyaW5nMgA6AFAAYAB6AJABAKgCALgCAMACAKgCALgCAMACAOoBUAoDbWFwEkkK' +
        'ABIAIgAqADIAOgBQAGAAegCQAQDyASgIARIkCgASACIAKgZzdHJpbmcyADoAUABgAHoAkAEAqAIAuAIAwAIAqAIAuAIAwAIA' +
        '6gErCgRvcGVuEiMKABIAIgAqADIAOgBQAGAAegCQAQDyAQIIAagCALgCAMACAKgCALgCAMACADgAUAAaDBIICgASACIAKgAg' +
        'ABoAIgA=',
      'base64',
    );
    expect(decodeKubernetesProtobuf(body)).toMatchObject({
      metadata: { name: 'as.b.c' },
      spec: {
        group: 'b.c',
        versions: [
          {
            name: 'v1',
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  closed: { additionalProperties: false },
                  open: { additionalProperties: true },
                  map: { additionalProperties: { type: 'string' } },
                  list: { items: { type: 'string' } },
                  enum: { default: { x: [1] }, enum: ['a', null] },
                },
              },
            },
          },
        ],
      },
    });
  });

  test('inline structs, numbers or text, and quantities', () => {
    const probe = field(
      1,
      field(
        2,
        Buffer.concat([field(1, '/health'), field(2, Buffer.concat([varint(1, 1), field(3, 'http')]))]),
      ),
    );
    const limits = field(1, Buffer.concat([field(1, 'cpu'), field(2, field(1, '100m'))]));
    const container = Buffer.concat([field(1, 'main'), field(8, limits), field(11, probe)]);
    const pod = envelope('v1', 'Pod', field(2, field(2, container)));
    expect(decodeKubernetesProtobuf(pod)).toMatchObject({
      spec: {
        containers: [
          {
            name: 'main',
            resources: { limits: { cpu: '100m' } },
            readinessProbe: { httpGet: { path: '/health', port: 'http' } },
          },
        ],
      },
    });
  });

  test('what is cut short, of no known kind, or not of Kubernetes is refused', () => {
    const whole = envelope('v1', 'Pod', field(1, field(1, 'name')));
    for (let length = 5; length < whole.length; length += 3) {
      const attempt = () => decodeKubernetesProtobuf(whole.subarray(0, length));
      expect(attempt).toThrow(BadProtobuf);
    }
    expect(() => decodeKubernetesProtobuf(envelope('example.com/v1', 'Widget', Buffer.alloc(0)))).toThrow(
      /send it as JSON/,
    );
    expect(() => decodeKubernetesProtobuf(Buffer.from('{}'))).toThrow(BadProtobuf);
  });
});
