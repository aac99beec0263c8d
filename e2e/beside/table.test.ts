import { existsSync } from 'node:fs';
import { helmRelease, type Kind, kustomization } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import { scenarios as fluxScenarios } from '../beside-flux/scenarios/index.ts';
import { marks as fluxMarks, table as fluxTable } from '../beside-flux/table.ts';
import { scenarios as helmScenarios } from '../beside-helm/scenarios/index.ts';
import { marks as helmMarks, table as helmTable } from '../beside-helm/table.ts';
import { holesOf, type Played, type Table } from './table.ts';

const tables: [string, Kind, Table, readonly string[], readonly Played[], string][] = [
  ['a Kustomization', kustomization, fluxTable, fluxMarks, fluxScenarios, 'beside-flux'],
  ['a HelmRelease', helmRelease, helmTable, helmMarks, helmScenarios, 'beside-helm'],
];

describe.each(tables)('the table of %s', (_, kind, table, marks, scenarios, room) => {
  test('has scenarios for every field of its definition, and for every mark', () => {
    expect(holesOf(table, kind, marks, scenarios)).toEqual([]);
  });

  test('has only scenarios that Flux has played', () => {
    const unplayed = scenarios.filter(
      ({ name }) => !existsSync(new URL(`../${room}/golden/${name}.json`, import.meta.url)),
    );
    expect(unplayed.map(({ name }) => name)).toEqual([]);
  });
});

test('a table that has a hole tells which', () => {
  const [, , table, , scenarios] = tables[0]!;
  const { '.prune': _, ...rest } = table;
  const holes = holesOf(
    { ...rest, '.none': [['wait'], []], '.wait': [['prune', 'never played'], []] },
    kustomization,
    fluxMarks,
    scenarios,
  );
  expect(holes).toEqual([
    '.prune has no row',
    '.none is no field',
    '.wait: there is no scenario never played',
    '.wait is not in prune',
    '.none is not in wait',
  ]);
});
