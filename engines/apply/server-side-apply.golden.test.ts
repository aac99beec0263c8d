import { clone, type Json, type JsonObject } from '@millrace/json';
import { fromStructural, kubernetes, type Schema, storedForm } from '@millrace/schema';
import { describe, expect, test } from 'vitest';
import golden from './golden/server-side-apply.json' with { type: 'json' };
import { type ApplyConflict, FieldSet, serverSideApply, updateManagedFields } from './index.ts';

type Step = {
  readonly op: 'apply' | 'update';
  readonly manager: string;
  readonly force?: boolean;
  readonly subresource?: string;
  readonly object: JsonObject;
};
type Entry = { readonly manager: string; readonly fieldsV1: string; readonly hasTime: boolean } & Record<
  string,
  Json
>;
type Want = {
  readonly error?: string;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  readonly object?: JsonObject;
  readonly managedFields?: readonly Entry[];
};
type Scenario = {
  readonly name: string;
  readonly schema?: JsonObject;
  readonly reset?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly steps: readonly Step[];
  readonly want: readonly Want[];
};

const time = '2026-01-02T03:04:05Z';

function schemaOf(scenario: Scenario): Schema {
  if (scenario.schema) return fromStructural(scenario.schema);
  const [first] = scenario.steps as [Step];
  const { apiVersion, kind } = first.object as { apiVersion: string; kind: string };
  const [version, group] = apiVersion.split('/').reverse() as [string, string | undefined];
  return kubernetes.schemaFor({ group: group ?? '', version, kind }) as Schema;
}

function take(step: Step, live: JsonObject | undefined, schema: Schema, scenario: Scenario): JsonObject {
  const paths = scenario.reset?.[step.subresource ?? ''] ?? [];
  const shared = {
    live,
    manager: step.manager,
    subresource: step.subresource ?? '',
    schema,
    apiVersion: step.object.apiVersion as string,
    time,
    ignored: FieldSet.of(...paths.map(path => path.map(name => `f:${name}`))),
  };
  if (step.op === 'update') {
    return updateManagedFields({ ...shared, updated: storedForm(step.object, schema) });
  }
  return storedForm(serverSideApply({ ...shared, config: step.object, force: step.force ?? false }), schema);
}

/** Go's maps have no order: lines of errors and conflicts come in any. */
function sortedLines(text: string): string[] {
  return text.split('\n').sort();
}

/** The order of keys and the escaping of what is special in HTML mean nothing here. */
function plainText(entry: Entry): Entry {
  return { ...entry, fieldsV1: JSON.parse(entry.fieldsV1) };
}

function shown(object: JsonObject): { object: JsonObject; managedFields: Json[] } {
  const { managedFields, ...metadata } = object.metadata as JsonObject;
  const entries = (managedFields ?? []) as JsonObject[];
  return {
    object: { ...object, metadata },
    managedFields: entries.sort(byManager).map(({ time: at, fieldsV1, fieldsType: _, ...entry }) => ({
      subresource: '',
      ...entry,
      manager: entry.manager ?? '',
      hasTime: at !== undefined,
      fieldsV1: fieldsV1 as Json,
    })),
  };
}

/** The golden lists are in this order, as the clock ran when they were made. */
function byManager(a: JsonObject, b: JsonObject): number {
  const key = (entry: JsonObject) =>
    [entry.operation, entry.manager ?? '', entry.apiVersion, entry.subresource ?? ''].join('|');
  return key(a) < key(b) ? -1 : 1;
}

describe('writes, against the API server’s field manager', () => {
  test.each((golden.scenarios as unknown as Scenario[]).map(one => [one.name, one] as const))(
    '%s',
    (_, scenario) => {
      const schema = schemaOf(scenario);
      let live: JsonObject | undefined;
      scenario.steps.forEach((step, i) => {
        const want = scenario.want[i] as Want;
        const before = clone(live ?? null);
        let after: JsonObject;
        try {
          after = take(step, live, schema, scenario);
        } catch (error) {
          const said = (want.error ?? 'no error').replace(
            /^failed to create typed patch object \(.*?\): /,
            '',
          );
          expect(sortedLines((error as Error).message), `step ${i}`).toEqual(sortedLines(said));
          if (want.causes) {
            const causes = want.causes.map(cause => JSON.stringify({ ...cause })).sort();
            expect(
              (error as ApplyConflict).causes.map(cause => JSON.stringify(cause)).sort(),
              `step ${i}`,
            ).toEqual(causes);
          }
          return;
        }
        expect(want.error, `step ${i}`).toBeUndefined();
        expect(shown(after), `step ${i}`).toEqual({
          object: want.object,
          managedFields: want.managedFields?.map(plainText),
        });
        expect(live ?? null, `step ${i} changes what was stored`).toEqual(before);
        live = after;
      });
    },
  );
});
