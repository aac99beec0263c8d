import type { ObjectName } from './object-name.ts';
import type { State } from './row.ts';

/** What is below one object: what it has applied, and the Pods of that. */
export interface Tree {
  nodes: TreeNode[];
  /** How many more there are. */
  left: number;
}

export interface TreeNode extends ObjectName {
  /** `Kind/namespace/name`. */
  key: string;
  /** The key of what it is below. */
  above: string;
  state: State;
  message: string;
}
