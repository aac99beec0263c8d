import { expect, test } from 'vitest';
import { groupKey } from './branches.ts';
import { collapsed } from './collapsed.ts';
import type { Edge, Graph } from './graph.ts';
import type { State } from './row.ts';

const node = (key: string, state: State = 'ready') => ({
  ...{ key, state, kind: 'Kustomization', namespace: 'a', name: key, message: '' },
});
const edge = (from: string, to: string, as: Edge['as'] = 'owner'): Edge => ({ from, to, as });

/** One that has applied five, of which one fails and one has another one below it. */
const graph: Graph = {
  nodes: ['root', 'a', 'b', 'c', 'd', 'parent', 'child'].map(key => node(key)).concat(node('bad', 'failing')),
  edges: [
    ...['a', 'b', 'c', 'd', 'parent', 'bad'].map(key => edge('root', key)),
    edge('bad', 'child', 'dependency'),
    edge('parent', 'child'),
  ],
};
const keys = ({ nodes }: Graph) => nodes.map(({ key }) => key);

test('what is well and has nothing below it is one node', () => {
  const found = collapsed(graph, new Set());
  expect(keys(found)).toEqual(['root', 'parent', 'child', 'bad', groupKey('root')]);
  expect(found.nodes.at(-1)).toMatchObject({ name: '4 ready Kustomizations', several: 4 });
  expect(found.edges).toContainEqual({ from: 'root', to: groupKey('root'), as: 'part' });
  expect(found.edges.every(({ from, to }) => keys(found).includes(from) && keys(found).includes(to))).toBe(
    true,
  );
});

test('where somebody has opened it, all of it is there', () => {
  expect(collapsed(graph, new Set(['root']))).toEqual(graph);
});

test('few stand for themselves, and so does what hangs on nothing', () => {
  const small: Graph = {
    nodes: ['root', 'a', 'b', 'c', 'x', 'y', 'z', 'w'].map(key => node(key)),
    edges: ['a', 'b', 'c'].map(key => edge('root', key)),
  };
  expect(collapsed(small, new Set())).toEqual(small);
});

test('it belongs to who has applied it, whatever it is made from', () => {
  const nodes = ['source', 'root', 'a', 'b', 'c', 'd'].map(key => node(key));
  const edges = ['a', 'b', 'c', 'd'].flatMap(key => [edge('source', key, 'source'), edge('root', key)]);
  const found = collapsed({ nodes, edges }, new Set());
  expect(keys(found)).toEqual(['source', 'root', groupKey('root')]);
});
