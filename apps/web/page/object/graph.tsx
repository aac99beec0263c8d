import { useMemo } from 'preact/hooks';
import { type Edge, type Graph, graphOf, type Node } from '../../model/graph.ts';
import type { Look } from '../../model/look.ts';
import { isOurs, type ObjectName } from '../../model/object-name.ts';
import type { Row } from '../../model/row.ts';
import { Left } from '../graph/fleet-graph.tsx';
import { Picture } from '../graph/picture.tsx';
import { useBranches } from '../graph/use-branches.ts';
import { rows } from '../store.ts';

/** What an object comes from, what is made from it, and what is below it down to the Pods. */
export function ObjectGraph({ row, owners }: Pick<Look, 'row' | 'owners'>) {
  const all = rows.value;
  const around = useMemo(
    () => (isOurs(row) ? aroundRow(row, all) : aboveOther(row, owners, all)),
    [row, owners, all],
  );
  const canOpen = around.nodes.filter(
    ({ key }) => all.get(key)?.objects || (key === row.key && !isOurs(row)),
  );
  const branches = useBranches(
    around,
    canOpen.map(({ key }) => key),
    [row.key],
  );
  return (
    <>
      <Left left={branches.graph.left} />
      <Picture {...branches} focus={row.key} />
    </>
  );
}

/** With what it hangs on, and what is made from it or waits for it. */
function aroundRow(row: Row, all: ReadonlyMap<string, Row>): Graph {
  const below = [...all.values()].filter(
    ({ key, source, owner, dependsOn }) =>
      key !== row.key && (source === row.key || owner === row.key || dependsOn?.includes(row.key)),
  );
  const graph = graphOf([row, ...below], all);
  // What else those hang on is theirs to show.
  const above = new Set(graphOf([row], all).nodes.map(({ key }) => key));
  const shown = new Set([...above, ...below.map(({ key }) => key)]);
  return {
    nodes: graph.nodes.filter(({ key }) => shown.has(key)),
    edges: graph.edges.filter(({ from, to }) => shown.has(from) && shown.has(to)),
  };
}

/** What it belongs to, who has applied it, and from what. */
function aboveOther(row: Row, owners: ObjectName[], all: ReadonlyMap<string, Row>): Graph {
  const applier = row.owner === undefined ? undefined : all.get(row.owner);
  const above = applier ? originOf(applier, all) : { nodes: [], edges: [] };
  const named = owners.map((owner): Node => {
    const key = `${owner.kind}/${owner.namespace}/${owner.name}`;
    return all.get(key) ?? { ...owner, key, state: 'unknown', message: 'How it is, its own page tells' };
  });
  const into =
    (as: Edge['as']) =>
    (node: Node): Edge => ({ from: node.key, to: row.key, as });
  return {
    nodes: [...above.nodes, ...named, row],
    edges: [...above.edges, ...(applier ? [applier].map(into('owner')) : []), ...named.map(into('part'))],
  };
}

/** What a row is made from and applied by, however far up; not what it waits for. */
function originOf(row: Row, all: ReadonlyMap<string, Row>): Graph {
  const { nodes, edges } = graphOf([row], all);
  const lines = edges.filter(({ as }) => as !== 'dependency');
  const origin = new Set([row.key]);
  for (const key of origin) for (const { from, to } of lines) if (to === key) origin.add(from);
  return {
    nodes: nodes.filter(({ key }) => origin.has(key)),
    edges: lines.filter(({ to }) => origin.has(to)),
  };
}
