import type { Values } from '@millrace/helm';
import { describe, expect, test } from 'vitest';
import type { OwnedYaml } from '../model/owned-yaml.ts';
import { secretValuesIn, type ValuesFound, valuesYaml } from './value-origins.ts';

const layers = (secret: Values) => [
  {
    name: 'chart',
    isSecret: false,
    values: { a: 1, image: { tag: '1', name: 'app' }, list: [1], off: null },
  },
  { name: 'ConfigMap', isSecret: false, values: { image: { tag: '2' } } },
  { name: 'Secret', isSecret: true, values: secret },
  { name: 'spec', isSecret: false, values: { a: 3 } },
];
const found = (secret: Values, merged: Values, more: Partial<ValuesFound> = {}): ValuesFound => ({
  layers: layers(secret),
  merged,
  secrets: [],
  unread: [],
  ...more,
});
const origins = ({ runs, managers }: OwnedYaml) =>
  Object.fromEntries(
    runs.flatMap(({ lines, owners }) =>
      lines.map(line => [line.trim(), owners.map(i => managers[i]!.name).join()]),
    ),
  );

describe('a value', () => {
  const secret = { db: { password: 'hunter2', ports: [1, 2] }, a: 2 };
  const merged = {
    a: 3,
    image: { tag: '2', name: 'app' },
    list: [1],
    db: { password: 'hunter2', ports: [1, 2] },
  };
  const shown = origins(valuesYaml(found(secret, merged)));
  test.each([
    ['a: 3', 'spec'],
    ['tag: "2"', 'ConfigMap'],
    ['name: app', 'chart'],
    ['image:', ''],
    ['- 1', 'chart'],
    [`password: '*****'`, 'Secret'],
    [`ports: '*****'`, 'Secret'],
  ])('%s is from %j', (line, origin) => {
    expect(shown[line]).toBe(origin);
  });
});

test('what a Secret holds is hidden where another layer repeats it', () => {
  const merged = { url: 'https://app:hunter2-secret@db' };
  const yaml = valuesYaml(found({}, merged, { secrets: ['hunter2-secret'] }));
  expect(JSON.stringify(yaml.runs)).not.toContain('hunter2');
});

describe('of an older release', () => {
  const config = { db: { password: 'old-secret' }, a: 9, image: { tag: '2' } };

  test('what stands where a Secret gives a value is secret', () => {
    expect(secretValuesIn(config, found({ db: { password: 'new' } }, {}))).toEqual(['old-secret']);
  });

  test('all is that cannot be told from it, where a Secret could not be read', () => {
    expect(secretValuesIn(config, found({}, {}, { unread: ['Secret b'] }))).toEqual(['old-secret', 9]);
  });
});
