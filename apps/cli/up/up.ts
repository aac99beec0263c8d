import { join } from 'node:path';
import { startClusterThread } from '@millrace/cluster';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { beginningOf } from './beginning.ts';
import { openDataFolder } from './data-folder.ts';
import { interruption } from './interrupt.ts';
import { mappingsIn } from './mapping.ts';
import { notificationMode } from './notification-mode.ts';
import type { UpOptions } from './options.ts';
import { say } from './say.ts';

/** `millrace up`. Returns the exit code. */
export async function up(
  fleetFolder: string | undefined,
  options: UpOptions,
  globals: Globals,
): Promise<number> {
  requireFitting(fleetFolder, options);
  const signal = interruption();
  const given = options.with ? (await import('./with.ts')).objectsIn(options.with) : [];
  const mappings = mappingsIn(options.map ?? []);
  const mode = notificationMode(options.notifications);
  const folder = openDataFolder(options.dataDir);
  const closing: (() => unknown)[] = [() => folder.release()];
  try {
    const begun = fleetFolder === undefined ? beginningOf(folder.path, options) : undefined;
    const showsWeb = options.web && !options.once;
    // The address of the page comes first, where there is one: it is served as soon as the cluster answers.
    if (!showsWeb) say('►', 'starting the cluster');
    const starting = startClusterThread({
      dataDir: join(folder.path, 'cluster'),
      ...(options.inMemory ? { inMemory: true } : {}),
    });
    // One that cannot start is told of below, when it is waited for; until then nobody else would hear of it.
    const stop = starting.then(
      cluster => () => cluster.stop(),
      () => () => {},
    );
    closing.push(async () => (await stop)());
    // Most of the program is loaded here, while the cluster starts in its thread.
    const { runFleet } = await import('./run-fleet.ts');
    const cluster = await starting;
    const beginning = { fleetFolder, begun, given, mappings, mode, showsWeb };
    return await runFleet(cluster, folder, beginning, { options, globals, signal, closing });
  } catch (error) {
    if (signal.aborted) return options.once ? 130 : 0;
    throw error;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Throws CliError for options that exclude each other. */
function requireFitting(folder: string | undefined, { bootstrap, empty }: UpOptions): void {
  if (folder !== undefined && (bootstrap || empty))
    throw new CliError('--bootstrap and --empty are for a cluster without a fleet: leave the folder out');
  if (empty && bootstrap) throw new CliError('--empty leaves the bootstrap to you: leave one of both out');
}
