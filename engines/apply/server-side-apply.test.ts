import { clone, isObject, type Json, type JsonObject } from '@millrace/json';
import { fromStructural, kubernetes, type Schema } from '@millrace/schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ApplyRequest,
  BadManagedFields,
  FieldSet,
  keepIfOnlyTimesDiffer,
  type ManagedFieldsEntry,
  serverSideApply,
  toFieldSet,
  updateManagedFields,
} from './index.ts';

const apiVersion = 'x.io/v1';
const schema = fromStructural({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        text: { type: 'string' },
        count: { type: 'integer' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        whole: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          additionalProperties: { type: 'string' },
        },
        plain: { type: 'array', items: { type: 'string' } },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string' },
              value: { type: 'string' },
              inner: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } },
            },
          },
        },
      },
    },
  },
});

const word = fc.constantFrom('a', 'b', 'c');
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
const map = fc.dictionary(word, word, { minKeys: 1, maxKeys: 3 });
const item = fc.record(
  { value: word, inner: fc.record({ a: word, b: word }, { requiredKeys: ['a'] }) },
  { requiredKeys: [] },
);
const items = fc
  .dictionary(word, item, { minKeys: 1, maxKeys: 3 })
  .map(named => Object.entries(named).map(([name, rest]) => ({ name, ...rest })));
const spec = fc.record(
  {
    text: word,
    count: fc.integer({ min: 0, max: 2 }),
    labels: map,
    whole: map,
    plain: words,
    tags: words,
    any: map,
    items,
  },
  { requiredKeys: [] },
);
const config = spec.map(
  one =>
    ({
      apiVersion,
      kind: 'Foo',
      metadata: { name: 'x' },
      ...(Object.keys(one).length > 0 ? { spec: one } : {}),
    }) as JsonObject,
);
const nothing: JsonObject = { apiVersion, kind: 'Foo', metadata: { name: 'x' } };

function apply(live: JsonObject | undefined, manager: string, wanted: JsonObject, time = 't'): JsonObject {
  const request: ApplyRequest = { live, config: wanted, manager, force: true, schema, apiVersion, time };
  return serverSideApply(request);
}

function entryOf(object: JsonObject, manager: string): ManagedFieldsEntry | undefined {
  const entries = (object.metadata as JsonObject).managedFields as unknown as
    | ManagedFieldsEntry[]
    | undefined;
  return entries?.find(entry => entry.manager === manager);
}

function ownedBy(object: JsonObject, manager: string): FieldSet {
  return FieldSet.parse(entryOf(object, manager)?.fieldsV1 ?? {});
}

const named = FieldSet.of(['f:apiVersion'], ['f:kind'], ['f:metadata', 'f:name']);

function wantedSet(wanted: JsonObject): FieldSet {
  return toFieldSet(wanted, schema).difference(named);
}

/** Order of keyed items and set items says nothing about who came first. */
function unordered(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(unordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, unordered(value[key] as Json)]),
  );
}

describe('server-side apply', () => {
  test('a second apply of the same is the stored object itself', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const live = apply(apply(undefined, 'a', first), 'b', second);
        expect(apply(live, 'b', second, 'later')).toBe(live);
      }),
    );
  });

  test('the applier owns exactly what it applies', () => {
    fc.assert(
      fc.property(fc.array(config, { minLength: 1, maxLength: 4 }), configs => {
        let live: JsonObject | undefined;
        for (const wanted of configs) {
          live = apply(live, 'a', wanted);
          live = apply(live, 'b', configs[0] as JsonObject);
          live = apply(live, 'a', wanted);
          expect(ownedBy(live, 'a').toStrings()).toEqual(wantedSet(wanted).toStrings());
        }
      }),
    );
  });

  test('the object holds what was applied last, and nothing that nobody owns', () => {
    fc.assert(
      fc.property(config, config, config, (first, second, third) => {
        const live = apply(apply(apply(undefined, 'a', first), 'b', second), 'a', third);
        const held = toFieldSet(live, schema);
        expect(wantedSet(third).difference(held).toStrings()).toEqual([]);
        const owned = ownedBy(live, 'a').union(ownedBy(live, 'b'));
        const leaves = held.difference(named).difference(owned).toStrings();
        expect(leaves.filter(path => path.startsWith('.spec.'))).toEqual([]);
      }),
    );
  });

  test('who gives up everything leaves what others own', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const both = apply(apply(undefined, 'a', first), 'b', second);
        const left = apply(both, 'a', nothing);
        expect(entryOf(left, 'a')).toBeUndefined();
        expect(ownedBy(left, 'b').equals(ownedBy(both, 'b'))).toBe(true);
        expect(wantedSet(second).difference(toFieldSet(left, schema)).isEmpty).toBe(true);
      }),
    );
  });

  test('everyone giving up everything leaves the bare object', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const gone = apply(
          apply(apply(apply(undefined, 'a', first), 'b', second), 'a', nothing),
          'b',
          nothing,
        );
        expect(toFieldSet(gone, schema).difference(named).toStrings()).toEqual([]);
      }),
    );
  });

  test('the order of managers who want different fields does not matter', () => {
    const left = fc.record({ text: word, labels: map, tags: fc.constant(['a']) }, { requiredKeys: ['text'] });
    const right = fc.record(
      { count: fc.nat(3), items, any: map, tags: fc.constant(['b']) },
      { requiredKeys: ['count'] },
    );
    fc.assert(
      fc.property(left, right, (a, b) => {
        const first = { ...nothing, spec: a as unknown as Json };
        const second = { ...nothing, spec: b as unknown as Json };
        const one = apply(apply(undefined, 'a', first), 'b', second);
        const other = apply(apply(undefined, 'b', second), 'a', first);
        expect(unordered(one)).toEqual(unordered(other));
      }),
    );
  });

  test('neither the stored object nor the configuration is changed', () => {
    fc.assert(
      fc.property(config, config, config, (first, second, third) => {
        const live = apply(apply(undefined, 'a', first), 'b', second);
        const before = clone(live);
        const wanted = clone(third);
        apply(live, 'a', third);
        expect(live).toEqual(before);
        expect(third).toEqual(wanted);
      }),
    );
  });

  test('only a time that differs is no change', () => {
    const live = apply(undefined, 'a', { ...nothing, spec: { text: 'a' } }, 'earlier');
    const later = apply(undefined, 'a', { ...nothing, spec: { text: 'a' } }, 'later');
    expect(keepIfOnlyTimesDiffer(live, later)).toBe(live);
    const other = apply(undefined, 'a', { ...nothing, spec: { text: 'b' } }, 'earlier');
    expect(keepIfOnlyTimesDiffer(live, other)).toBe(other);
  });

  test('a stored list that cannot be read is named', () => {
    const broken = {
      ...nothing,
      metadata: { name: 'x', managedFields: [{ manager: 'm', operation: 'Eat' }] },
    };
    expect(() => apply(broken, 'a', nothing)).toThrow(BadManagedFields);
    expect(() => apply(broken, 'a', nothing)).toThrow('managedFields[0].operation');
  });
});

describe('other versions of the API', () => {
  const v1 = kubernetes.schemaFor({
    group: 'autoscaling',
    version: 'v1',
    kind: 'HorizontalPodAutoscaler',
  }) as Schema;
  const v2 = kubernetes.schemaFor({
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
  }) as Schema;
  const scaler = (spec: JsonObject, version: string): JsonObject => ({
    apiVersion: version,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'x' },
    spec,
  });

  /** Version 1 has the target of the processor in a field, version 2 in a list. */
  function convert(object: JsonObject, version: string): { object: JsonObject; schema: Schema } | undefined {
    if (version === 'autoscaling/v2beta1') return undefined;
    const { targetCPUUtilizationPercentage: target, metrics, ...rest } = object.spec as JsonObject;
    const cpu =
      target ?? (Array.isArray(metrics) ? (metrics[0] as { utilization: number }).utilization : undefined);
    if (cpu === undefined) return { object: scaler(rest, version), schema: version.endsWith('v1') ? v1 : v2 };
    return version === 'autoscaling/v1'
      ? { object: scaler({ ...rest, targetCPUUtilizationPercentage: cpu }, version), schema: v1 }
      : { object: scaler({ ...rest, metrics: [{ utilization: cpu }] }, version), schema: v2 };
  }

  test('entries stay in the version through which they were written, and lose what changed there', () => {
    const shared = { convert, time: 't' };
    const live = updateManagedFields({
      ...shared,
      live: undefined,
      updated: scaler({ maxReplicas: 3, targetCPUUtilizationPercentage: 50 }, 'autoscaling/v1'),
      manager: 'old',
      schema: v1,
      apiVersion: 'autoscaling/v1',
    });
    const stored = {
      ...(convert(live, 'autoscaling/v2')?.object as JsonObject),
      metadata: live.metadata as JsonObject,
    };
    const after = updateManagedFields({
      ...shared,
      live: stored,
      updated: scaler({ maxReplicas: 3, metrics: [{ utilization: 80 }] }, 'autoscaling/v2'),
      manager: 'new',
      schema: v2,
      apiVersion: 'autoscaling/v2',
    });
    const fields = (manager: string) => ownedBy(after, manager).toStrings();
    expect(entryOf(after, 'old')?.apiVersion).toBe('autoscaling/v1');
    expect(fields('old')).toContain('.spec.maxReplicas');
    expect(fields('old')).not.toContain('.spec.targetCPUUtilizationPercentage');
    expect(fields('new')).toEqual(['.spec.metrics']);
  });

  test('entries of a version that is gone leave', () => {
    const entry = {
      manager: 'old',
      operation: 'Update',
      apiVersion: 'autoscaling/v2beta1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:maxReplicas': {} } },
    };
    const live = {
      ...scaler({ maxReplicas: 3 }, 'autoscaling/v2'),
      metadata: { name: 'x', managedFields: [entry] },
    };
    const after = updateManagedFields({
      live,
      updated: scaler({ maxReplicas: 4 }, 'autoscaling/v2'),
      manager: 'new',
      schema: v2,
      apiVersion: 'autoscaling/v2',
      time: 't',
      convert,
    });
    expect(entryOf(after, 'old')).toBeUndefined();
    expect(ownedBy(after, 'new').toStrings()).toEqual(['.spec.maxReplicas']);
  });
});
