import type { Kind } from '@millrace/api';
import { fieldsOf, pathsIn } from './fields.ts';

/** Scenarios in which a field or a mark does what it is for, and those in which something is wrong with it. */
export type Row = readonly [right: readonly string[], wrong: readonly string[]];

/** By the path of the field below `spec`, or by the name of the annotation. */
export type Table = Readonly<Record<string, Row>>;

export interface Played {
  name: string;
  source?: string | undefined;
  steps: readonly {
    spec?: unknown;
    objects?: readonly { kind?: unknown; spec?: unknown }[] | undefined;
    /** The end of an annotation that the stage sets. */
    asks?: string | undefined;
  }[];
}

/** What keeps a table from being whole: fields without a row, rows of no field, scenarios that do not have the field. */
export function holesOf(
  table: Table,
  kind: Kind,
  marks: readonly string[],
  scenarios: readonly Played[],
): string[] {
  const known = [...fieldsOf(kind).map(({ path }) => path), ...marks];
  const having = new Map(scenarios.map(scenario => [scenario.name, subjectsOf(scenario, kind, marks)]));
  const without = (path: string, name: string) => having.has(name) && !having.get(name)?.has(path);
  return [
    ...known.filter(path => !Object.hasOwn(table, path)).map(path => `${path} has no row`),
    ...Object.keys(table).flatMap(path => (known.includes(path) ? [] : `${path} is no field`)),
    ...Object.entries(table).flatMap(([path, [right, wrong]]) => [
      ...(right.length === 0 ? [`${path} has no case in which it is right`] : []),
      ...[...right, ...wrong].flatMap(name =>
        having.has(name) ? [] : `${path}: there is no scenario ${name}`,
      ),
      ...[...right, ...wrong].flatMap(name => (without(path, name) ? `${path} is not in ${name}` : [])),
    ]),
  ];
}

/** The fields and marks that a scenario is about; its stage gives every one a source, an interval and a path. */
function subjectsOf({ steps, source }: Played, kind: Kind, marks: readonly string[]): Set<string> {
  const specs = steps.flatMap(({ spec, objects = [] }) => [
    spec,
    ...objects.filter(object => object.kind === kind.kind).map(object => object.spec),
  ]);
  const asked = steps.flatMap(({ asks }) => (asks ? [`reconcile.fluxcd.io/${asks}`] : []));
  const text = JSON.stringify([steps, asked]);
  return new Set([
    ...specs.flatMap(spec => pathsIn(spec)),
    ...marks.filter(mark => text.includes(mark)),
    ...(source ? ['.sourceRef.kind', '.chartRef.kind'] : []),
    '.interval',
    '.path',
    '.retryInterval',
  ]);
}
