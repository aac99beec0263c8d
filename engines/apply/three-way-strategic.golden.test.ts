import { clone, type JsonObject } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import { describe, expect, test } from 'vitest';
import golden from './golden/three-way-strategic.json' with { type: 'json' };
import { strategicMergePatch, threeWayStrategicPatch } from './index.ts';

interface Case {
  original: JsonObject;
  modified: JsonObject;
  current: JsonObject;
  /** Go's. */
  patch: JsonObject;
}

const schemas = {
  Deployment: kubernetes.schemaFor({ group: 'apps', version: 'v1', kind: 'Deployment' }),
  Service: kubernetes.schemaFor({ group: '', version: 'v1', kind: 'Service' }),
};

describe('the strategic patch from one release to the next, over what is live', () => {
  const cases = golden.cases as unknown as Case[];

  test.each(cases.map((one, i) => [i, one] as const))('does what Go’s does: %i', (_, one) => {
    const before = clone(one as unknown as JsonObject);
    const { original, modified, current } = one;
    const schema = schemas[modified.kind as keyof typeof schemas];
    const patch = threeWayStrategicPatch(original, modified, current, schema);
    // Go names what is not there to be deleted, too: what counts is what comes of it.
    expect(strategicMergePatch(current, patch, schema)).toEqual(
      strategicMergePatch(current, one.patch, schema),
    );
    expect(one).toEqual(before);
  });

  test('is empty where the object is as it should be', () => {
    for (const { modified } of cases)
      expect(
        threeWayStrategicPatch(modified, modified, modified, schemas[modified.kind as keyof typeof schemas]),
      ).toEqual({});
  });
});
