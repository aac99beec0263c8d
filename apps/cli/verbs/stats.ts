import type { Globals } from '../globals.ts';
import { print } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { findKind } from '../resources/catalog.ts';
import { numberAt, type Resource } from '../resources/resource.ts';
import { select } from './select.ts';
import { withCluster } from './session.ts';

/** In the order in which Flux shows them. */
const kinds = [
  'GitRepository',
  'OCIRepository',
  'HelmRepository',
  'HelmChart',
  'Bucket',
  'Kustomization',
  'HelmRelease',
  'Alert',
  'Provider',
  'Receiver',
  'ImageUpdateAutomation',
  'ImagePolicy',
  'ImageRepository',
];

/** `stats`: how many objects of each kind there are and how they are, and what their artifacts take. */
export async function stats(options: { allNamespaces?: boolean }, globals: Globals): Promise<void> {
  const namespace = options.allNamespaces ? undefined : globals.namespace;
  await withCluster(globals, async session => {
    const rows = await Promise.all(
      kinds.map(async name => {
        // What cannot be listed counts as none, as in Flux.
        const found = await select(session, findKind(name)!, { namespace }).catch(() => {
          session.signal.throwIfAborted();
          return [];
        });
        return [name, ...countsOf(found)];
      }),
    );
    print(formatTable(['Reconcilers', 'Running', 'Failing', 'Suspended', 'Storage'], rows), '');
  });
}

function countsOf(found: Resource[]): string[] {
  const suspended = found.filter(resource => resource.suspended).length;
  const failing = found.filter(({ ready }) => ready?.status === 'False').length;
  const bytes = found.reduce((sum, { object }) => sum + numberAt(object, 'status', 'artifact', 'size'), 0);
  return [String(found.length - suspended), String(failing), String(suspended), sizeOf(bytes)];
}

/** `1.5 MiB`; `-` for nothing. */
export function sizeOf(bytes: number): string {
  if (bytes === 0) return '-';
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), 6);
  return `${(bytes / 1024 ** power).toFixed(1)} ${'KMGTPE'[power - 1]}iB`;
}
