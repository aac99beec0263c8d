import { expect, test } from 'vitest';
import { groupKey, withBranches } from './branches.ts';
import type { Graph } from './graph.ts';
import type { State } from './row.ts';
import type { TreeNode } from './tree.ts';

const node = (key: string, above: string, state: State = 'ready', kind = 'ConfigMap.'): TreeNode => ({
  ...{ key, above, state, kind },
  namespace: 'n',
  name: key,
  message: '',
});
const graph: Graph = { nodes: [node('root', '')], edges: [] };
const grown = (nodes: TreeNode[], { opened = [] as string[], most = 400, left = 0 } = {}) => {
  const { nodes: found, ...rest } = withBranches(
    graph,
    new Map([['root', { nodes, left }]]),
    new Set(opened),
    most,
  );
  return { ...rest, names: found.map(({ name }) => name) };
};
const many = (count: number, above: string, state?: State, kind?: string) =>
  Array.from({ length: count }, (_, i) => node(`${above}-${i}`, above, state, kind));

test('what is well is one node, what is not stands for itself, and first', () => {
  const { names, edges } = grown([...many(12, 'root'), node('bad', 'root', 'failing')]);
  expect(names).toEqual(['root', 'bad', '12 ready ConfigMaps']);
  expect(edges.map(({ from, to }) => `${from} ${to}`)).toEqual(['root bad', `root ${groupKey('root')}`]);
});

test('what is well is shown one by one where it was opened, and where it is little', () => {
  expect(grown(many(5, 'root'), { opened: ['root'] }).names).toHaveLength(6);
  expect(grown(many(3, 'root')).names).toHaveLength(4);
});

test('what has trouble below it is not taken for well', () => {
  const nodes = [...many(5, 'root', 'ready', 'Deployment.apps'), node('pod', 'root-3', 'failing', 'Pod.')];
  expect(grown(nodes).names).toEqual(['root', 'root-3', '4 ready Deployments', 'pod']);
});

test('several kinds are objects', () => {
  expect(grown([...many(3, 'root'), node('x', 'root', 'ready', 'Service.')]).names).toEqual([
    'root',
    '4 ready objects',
  ]);
});

test('there is an end to it, and it is said how much is left', () => {
  const { names, left } = grown(many(500, 'root', 'failing'), { most: 100, left: 7 });
  expect(names).toHaveLength(100);
  expect(left).toBe(500 - 99 + 7);
});

test('what is above itself comes to an end', () => {
  expect(
    grown([node('a', 'root', 'failing'), node('a', 'a', 'failing'), node('root', 'a', 'failing')]).names,
  ).toEqual(['root', 'a']);
});

test('what is in the graph already is drawn once', () => {
  const twice = { nodes: [...graph.nodes, node('known', '')], edges: [] };
  const found = withBranches(
    twice,
    new Map([['root', { nodes: [node('known', 'root')], left: 0 }]]),
    new Set(),
    9,
  );
  expect(found.nodes).toHaveLength(2);
  expect(found.edges).toEqual([{ from: 'root', to: 'known', as: 'part' }]);
});
