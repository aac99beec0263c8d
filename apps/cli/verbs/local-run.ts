import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { loadConnection } from '@millrace/kube';
import type { Globals } from '../globals.ts';

/** A cluster with its controllers that `millrace up` runs, or has run, on this machine. */
export interface LocalRun {
  folder: string;
  /** What its controllers write. */
  logFile: string;
  /** The process that runs it now; undefined when none does. */
  process: number | undefined;
}

/** Where `millrace up` keeps its state when it is not told. */
const usualFolder = '.millrace';

/**
 * The run that a command is about: the one in `dataDir`; otherwise the one whose kubeconfig is in use, or the one in
 * the usual folder when it is of the cluster at `server`. Undefined where there is none.
 */
export function findLocalRun(globals: Globals, where: { dataDir?: string | undefined; server?: string }) {
  if (where.dataDir !== undefined) return runIn(where.dataDir);
  const kubeconfig = globals.kubeconfig ?? process.env.KUBECONFIG?.split(delimiter)[0];
  const folders = [...(kubeconfig ? [dirname(dirname(resolve(kubeconfig)))] : []), usualFolder];
  return folders.map(runIn).find(run => run !== undefined && serverOf(run) === where.server);
}

function runIn(dataDir: string): LocalRun | undefined {
  const folder = resolve(dataDir);
  const logFile = join(folder, 'controllers.log');
  return existsSync(logFile) ? { folder, logFile, process: holderOf(join(folder, 'lock')) } : undefined;
}

function serverOf({ folder }: LocalRun): string | undefined {
  try {
    return loadConnection({ path: join(folder, 'cluster', 'kubeconfig') }).server;
  } catch {
    return undefined; // whatever lies there, it names no cluster
  }
}

function holderOf(lock: string): number | undefined {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (!Number.isInteger(holder) || holder <= 0) return undefined;
    process.kill(holder, 0); // throws unless the process is there
    return holder;
  } catch {
    return undefined;
  }
}
