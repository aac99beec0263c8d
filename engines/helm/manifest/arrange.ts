import { compareStrings } from '@millrace/go-template';
import { isPartial } from '../render/scope.ts';
import { ManifestError, type ManifestHead, readHead } from './head.ts';
import { type Hook, hookAnnotation, hookSettings } from './hook.ts';
import { installOrder } from './kind-order.ts';
import { sortByKind } from './sort.ts';
import { splitManifests } from './split.ts';

/** One document that a chart rendered. */
export interface Manifest {
  /** The template that it comes from. */
  name: string;
  content: string;
  kind: string;
  head: ManifestHead;
}

/** What rendered files hold. */
export interface Arranged {
  hooks: Hook[];
  manifests: Manifest[];
  /** What ended the work: the file after which nothing was looked at. Then nothing is sorted. */
  problem?: ManifestError;
}

/**
 * The hooks and the other manifests of rendered files, in the order in which they are installed. Files are taken by
 * name, their documents in order. Blank files and partials are left out, and hooks with unknown events.
 *
 * Rule: SortManifests in pkg/release/v1/util of helm v4.3.1
 */
export function arrangeManifests(files: ReadonlyMap<string, string>, order = installOrder): Arranged {
  const found: Arranged = { hooks: [], manifests: [] };
  for (const name of [...files.keys()].sort(compareStrings)) {
    if (isPartial(name)) continue;
    try {
      for (const document of splitManifests(files.get(name)!)) add(found, name, document);
    } catch (problem) {
      if (problem instanceof ManifestError) return { ...found, problem };
      throw problem;
    }
  }
  return { hooks: sortByKind(found.hooks, order), manifests: sortByKind(found.manifests, order) };
}

function add(found: Arranged, name: string, content: string): void {
  const head = readHead(name, content);
  const { kind, annotations } = head;
  if (!Object.hasOwn(annotations, hookAnnotation)) {
    found.manifests.push({ name, content, kind, head });
    return;
  }
  const settings = hookSettings(annotations);
  if (settings)
    found.hooks.push({
      name: head.name,
      kind,
      path: name,
      manifest: content,
      lastRun: { phase: '' },
      ...settings,
    });
}
