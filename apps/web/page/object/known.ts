import { healthStates } from '../../model/health-state.ts';
import type { Applied } from '../../model/look.ts';
import type { ObjectName } from '../../model/object-name.ts';
import type { State } from '../../model/row.ts';
import type { TreeNode } from '../../model/tree.ts';
import { rows } from '../store.ts';

/** How an object is: what is in the fleet is known better there, and live. */
function known({ kind, namespace, name }: ObjectName): { state: State; message: string } | undefined {
  return rows.value.get(`${kind}/${namespace}/${name}`);
}

export function howIs(one: Applied): { state: State; message: string } {
  return known(one) ?? { state: healthStates[one.health], message: one.message };
}

export function asKnown(node: TreeNode): TreeNode {
  const { state, message } = known(node) ?? node;
  return { ...node, state, message };
}
