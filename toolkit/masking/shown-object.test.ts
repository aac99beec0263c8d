import { describe, expect, test } from 'vitest';
import { maskedPair, shownObject } from './shown-object.ts';

const secret = (content: Record<string, Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a' },
  ...content,
});

describe('a Secret', () => {
  test.each(['data', 'stringData'])('shows no value of its %s', field => {
    expect(shownObject(secret({ [field]: { password: 'hunter2' } }))).toEqual(
      secret({ [field]: { password: '*****' } }),
    );
  });

  test('whose content is no map shows nothing of it', () => {
    expect(shownObject({ ...secret({}), data: 'hunter2' })).toEqual({ ...secret({}), data: '*****' });
  });

  test('shows which values are others, and not what they are', () => {
    const [before, after] = maskedPair(
      secret({ data: { a: 'MQ==', b: 'Mg==', gone: 'Mw==' } }),
      secret({ data: { a: 'MQ==', b: 'NA==', made: 'NQ==' } }),
    );
    expect(before.data).toEqual({ a: '*****', b: '***** (before)', gone: '*****' });
    expect(after.data).toEqual({ a: '*****', b: '***** (after)', made: '*****' });
  });
});

test('what kubectl has noted down of an object is not shown', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{}}' };
  const metadata = { name: 'a', annotations };
  expect(shownObject({ ...secret({}), metadata })).toEqual(secret({}));
});

describe('a ConfigMap', () => {
  const configMap = (labels: Record<string, string>) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels } },
    ...{ data: { release: 'H4sI' }, binaryData: { logo: 'AAAA' } },
  });

  test('of helm shows nothing of the release', () => {
    expect(shownObject(configMap({ owner: 'helm' }))).toMatchObject({
      ...{ data: { release: '*****' }, binaryData: { logo: '*****' } },
    });
  });

  test('tells how many bytes there are', () => {
    expect(shownObject(configMap({}))).toMatchObject({
      ...{ data: { release: 'H4sI' }, binaryData: { logo: '(3 bytes)' } },
    });
  });
});
