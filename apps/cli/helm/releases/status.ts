import type { Said } from '../run.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { releaseOf } from './get.ts';
import { objectsOf, objectTables } from './objects.ts';
import { withReleases } from './open.ts';
import type { Format } from './print.ts';
import { formatRelease } from './release-text.ts';

export interface StatusFlags extends ClusterFlags {
  namespace: string;
  revision: number;
  output: Format;
}

/** `helm status NAME`, with the objects of the release. Throws HelmCommandError. */
export async function helmStatus(
  name: string,
  flags: StatusFlags,
  warn: (message: string) => void,
): Promise<Said> {
  return withReleases(flags, warn, async on => {
    const release = { ...(await releaseOf(name, flags.revision, on)), chart: undefined };
    const { output } = flags;
    if (output === 'table')
      return { stdout: formatRelease(release, output, { resources: await objectTables(release, on) }) };
    return { stdout: formatRelease(release, output, { objects: await objectsOf(release, on) }) };
  });
}
