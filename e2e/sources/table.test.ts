import {
  artifactGenerator,
  bucket,
  externalArtifact,
  gitRepository,
  helmChart,
  helmRepository,
  type Kind,
  ociRepository,
} from '@millrace/api';
import { describe, expect, test } from 'vitest';
import { fieldsOf, impossible } from '../beside/fields.ts';
import { textOf } from './cases.ts';
import { type Table, tables } from './table.ts';

const kinds = [
  gitRepository,
  ociRepository,
  helmRepository,
  helmChart,
  bucket,
  externalArtifact,
  artifactGenerator,
];

function holesOf(kind: Kind, table: Table): string[] {
  const fields = fieldsOf(kind);
  const known = fields.map(({ path }) => path);
  return [
    ...fields.flatMap(({ path, schema }) => {
      const row = table[path];
      if (!row) return [`${path} has no row`];
      const [right, wrong] = row;
      return [
        ...(right.length === 0 ? [`${path} has no case in which it is right`] : []),
        ...(wrong.length === 0 && impossible(schema) === undefined ? [`${path} is never wrong`] : []),
      ];
    }),
    ...Object.entries(table).flatMap(([path, [right, wrong]]) => [
      ...(known.includes(path) ? [] : [`${path} is no field`]),
      ...[...right, ...wrong].flatMap(one => {
        const text = textOf(one);
        if (text === undefined) return [`${path}: there is no case ${one.join(': ')}`];
        const name = /\w+(?=[^\w]*$)/.exec(path)?.[0] ?? path;
        return new RegExp(`\\b${name}\\b`).test(text) ? [] : [`${path} is not in ${one.join(': ')}`];
      }),
    ]),
  ];
}

describe('the table of the fields of', () => {
  test.each(kinds.map(kind => [kind.kind, kind] as const))('a %s has cases for each', (name, kind) => {
    expect(holesOf(kind, tables[name] ?? {})).toEqual([]);
  });

  test('no other kind is there', () => {
    expect(Object.keys(tables).sort()).toEqual(kinds.map(({ kind }) => kind).sort());
  });
});

test('a table that has a hole tells which', () => {
  const { '.sourceRef.name': name, ...rest } = tables.ExternalArtifact ?? {};
  const odd: Table = {
    ...rest,
    '.none': [[['sources/fields.long.test.ts', 'never played']], []],
    '.sourceRef.kind': [
      [['source-timing.long.test.ts', 'is left alone while it is suspended, and taken']],
      [],
    ],
    '.sourceRef.namespace': [[], []],
  };
  expect(name).toBeDefined();
  expect(holesOf(externalArtifact, odd)).toEqual([
    '.sourceRef.name has no row',
    '.sourceRef.namespace has no case in which it is right',
    '.none is no field',
    '.none: there is no case sources/fields.long.test.ts: never played',
  ]);
});
