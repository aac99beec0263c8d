import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { millisecondsIn } from '../go-duration.ts';
import { print, tell } from '../output/print.ts';
import { interruption } from '../up/interrupt.ts';
import { controllerPods, linesOfPod } from './controller-pods.ts';
import { findLocalRun, type LocalRun } from './local-run.ts';
import { formatLogEntry, isWanted, type LogFilter, parseLogEntry } from './log-entry.ts';
import { linesOfFile } from './log-file.ts';
import { type Session, withCluster } from './session.ts';

export interface LogsOptions {
  allNamespaces?: boolean;
  follow?: boolean;
  level?: string;
  kind?: string;
  name?: string;
  since?: string;
  sinceTime?: string;
  tail?: string;
  /** Where the controllers run. */
  fluxNamespace: string;
  /** The folder of a `millrace up`. */
  dataDir?: string;
}

interface Reading {
  follow: boolean;
  tail: number | undefined;
  filter: LogFilter;
}

/** `logs`: what the controllers write, of the objects of one namespace or of all. */
export async function logs(options: LogsOptions, globals: Globals): Promise<void> {
  const reading = readingOf(options, globals);
  if (options.dataDir !== undefined) {
    const run = findLocalRun(globals, { dataDir: options.dataDir });
    if (!run)
      throw new CliError(`${options.dataDir} holds no controllers.log: no "millrace up" has run there`);
    return printFile(run, reading, interruption());
  }
  await withCluster(
    globals,
    async session => {
      const run = findLocalRun(globals, { server: session.client.connection.server });
      if (run) await printFile(run, reading, session.signal);
      else await printPods(session, options.fluxNamespace, reading);
    },
    { endless: options.follow ?? false },
  );
}

function readingOf(options: LogsOptions, globals: Globals): Reading {
  const { level, kind, name, follow = false } = options;
  if (level !== undefined && !['debug', 'info', 'error'].includes(level))
    throw new CliError(
      `invalid argument "${level}" for "--level" flag: unsupported log level '${level}', must be one of: debug, info, error`,
    );
  return {
    follow,
    tail: tailOf(options.tail),
    filter: {
      level,
      kind,
      name,
      since: sinceOf(options),
      namespace: options.allNamespaces ? undefined : globals.namespace,
    },
  };
}

/** As in kubectl, a negative number means all. */
function tailOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text))
    throw new CliError(
      `invalid argument "${text}" for "--tail" flag: strconv.ParseInt: parsing "${text}": invalid syntax`,
    );
  return Number(text) < 0 ? undefined : Number(text);
}

function sinceOf({ since, sinceTime }: LogsOptions): number | undefined {
  if (since !== undefined && sinceTime !== undefined)
    throw new CliError('at most one of --since and --since-time may be given');
  if (sinceTime !== undefined) {
    const time = /^\d{4}-\d\d-\d\dT/.test(sinceTime) ? Date.parse(sinceTime) : Number.NaN;
    if (Number.isNaN(time)) throw new CliError(`${sinceTime} is not a valid (RFC3339) time`);
    return time;
  }
  return since === undefined ? undefined : Date.now() - millisecondsIn(since, 'since');
}

async function printFile(run: LocalRun, { filter, ...how }: Reading, signal: AbortSignal): Promise<void> {
  await printLines(linesOfFile(run.logFile, { ...how, signal }), filter);
}

/** One Pod after the other, or all at once when they are followed. */
async function printPods(session: Session, namespace: string, { filter, ...how }: Reading): Promise<void> {
  const pods = await controllerPods(session, namespace);
  if (pods.length === 0) throw new CliError(`no Flux pods found in namespace "${namespace}"`);
  const linesOf = (pod: (typeof pods)[number]) => linesOfPod(session, pod, { ...how, since: filter.since });
  if (how.follow) {
    await Promise.all(pods.map(pod => printLines(linesOf(pod), filter)));
    return;
  }
  let failed = false;
  for (const pod of pods) {
    try {
      await printLines(linesOf(pod), filter);
    } catch (error) {
      session.signal.throwIfAborted();
      tell.failure(`failed getting logs: ${(error as Error).message}`);
      failed = true;
    }
  }
  if (failed) throw new CliError('failed to collect logs from all Flux pods');
}

async function printLines(lines: AsyncIterable<string>, filter: LogFilter): Promise<void> {
  for await (const line of lines) {
    const entry = parseLogEntry(line);
    if (entry && isWanted(entry, filter)) print(formatLogEntry(entry));
  }
}
