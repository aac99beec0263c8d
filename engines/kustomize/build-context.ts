import type { MergeSchema } from './kubernetes-schema.ts';

/** What all kustomizations of one build share. */
export interface BuildContext {
  schema: MergeSchema;
  /** A kustomization has chosen the schema: it holds for the rest of the build. */
  schemaIsChosen: boolean;
  warnings: string[];
  /** The directory that origins are told from, undefined when none are wanted. */
  origins: string | undefined;
}

/** A path of the tree as it is seen from the directory that is built. */
export function fromRoot(root: string, path: string): string {
  if (path === root) return '';
  return root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
