import { describe, expect, test } from 'vitest';
import { graphOf } from './graph.ts';
import type { Row } from './row.ts';

const row = (key: string, more: Partial<Row> = {}): Row => {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return {
    ...{ key, kind, namespace, name, state: 'ready', reason: '', message: '', since: '', revision: '' },
    ...{ suspended: false },
    ...more,
  };
};

const git = 'GitRepository/a/git';
const infra = row('Kustomization/a/infra', { source: git });
const apps = row('Kustomization/a/apps', { source: git, dependsOn: [infra.key], state: 'failing' });
const other = row('Kustomization/b/other', { source: 'GitRepository/b/other' });
const rows = [row(git), infra, apps, other];
const all = new Map(rows.map(one => [one.key, one]));
const keys = ({ nodes }: { nodes: Row[] }) => nodes.map(({ name }) => name).sort();

describe('a graph', () => {
  test('has edges from sources and dependencies, where these are', () => {
    expect(graphOf(rows, all).edges).toEqual([
      { from: git, to: apps.key, as: 'source' },
      { from: infra.key, to: apps.key, as: 'dependency' },
      { from: git, to: infra.key, as: 'source' },
    ]);
  });

  test('of what is troubled has what that hangs on, and nothing else', () => {
    expect(keys(graphOf(rows, all, true))).toEqual(['apps', 'git', 'infra']);
  });

  test('of one object has what is above it', () => {
    expect(keys(graphOf([infra], all))).toEqual(['git', 'infra']);
  });

  test('ends in circles too', () => {
    const a = row('Kustomization/a/a', { dependsOn: ['Kustomization/a/b'] });
    const b = row('Kustomization/a/b', { dependsOn: ['Kustomization/a/a'] });
    expect(graphOf([a], new Map([a, b].map(one => [one.key, one]))).edges).toHaveLength(2);
  });
});
