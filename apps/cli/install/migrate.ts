import type { Globals } from '../globals.ts';
import { withCluster } from '../verbs/session.ts';
import { migrateCluster } from './migrate-cluster.ts';
import { migrateFiles } from './migrate-files.ts';

export interface MigrateOptions {
  path?: string;
  extensions?: string[];
  version?: string;
  yes?: boolean;
  dryRun?: boolean;
}

/** `migrate`: bring the objects of a cluster, or with `--path` the manifests of a folder, to the newest versions. */
export async function migrate(options: MigrateOptions, globals: Globals): Promise<void> {
  if (options.path) await migrateFiles({ ...options, path: options.path });
  else await withCluster(globals, migrateCluster);
}
