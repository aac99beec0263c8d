import type { MergeSchema } from './kubernetes-schema.ts';

/** What all kustomizations of one build share. */
export interface BuildContext {
  schema: MergeSchema;
  /** A kustomization has chosen the schema: it holds for the rest of the build. */
  schemaIsChosen: boolean;
  /** A key that a patch gives twice is an error. */
  strict: boolean;
  warnings: string[];
  /** The directory that origins are told from, undefined when none are wanted. */
  origins: string | undefined;
}

/** A path of the tree as it is seen from the directory that is built. */
export function fromRoot(root: string, path: string): string {
  const from = root === '' ? [] : root.split('/');
  const to = path === '' ? [] : path.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}
