import { createHash } from 'node:crypto';
import {
  audited,
  createLogger,
  createMetrics,
  type Environment,
  eventFeed,
  type Logger,
  type Metrics,
  openAuditLog,
  watchesOf,
} from '@millrace/controller';
import type { KubeClient, TransportOptions } from '@millrace/kube';
import { eventsTarget } from './events-address.ts';
import { type FeatureGates, readFeatureGates } from './feature-gates.ts';
import { commonFlags, FlagError, type FlagSet, valuesOf } from './flags/index.ts';
import { forwardEvents } from './forward-events.ts';
import { acquireLease, type HeldLease, requireLeaseDurations } from './lease.ts';
import type { Program, Running } from './program.ts';
import { addressOf, type Served, serveHealth, serveMetrics } from './servers.ts';

export interface RunOptions {
  programs: Program[];
  /** What stands on the command line for a flag. */
  given(name: string): string | string[] | undefined;
  /** Where the controllers themselves live: for leases, and to watch where they watch one namespace only. */
  namespace: string | undefined;
  /** As a Pod, where Flux's addresses are expected. */
  inCluster: boolean;
  connect(options: TransportOptions): Promise<KubeClient>;
  /** Done once, before any controller starts. */
  prepare?(client: KubeClient, log: Logger): Promise<void>;
  signal: AbortSignal;
}

/** Milliseconds that a controller has to end what is under way. */
const grace = 8000;

/**
 * Run controllers as one process, until the signal: servers first, then, as leader where that is asked for, the
 * controllers; all of it ends in the opposite order. Throws FlagError for flags, and when the leadership is lost.
 */
export async function runPrograms(options: RunOptions): Promise<void> {
  const { given, signal } = options;
  const programs = options.programs.toSorted((a, b) => Number(b.everywhere ?? 0) - Number(a.everywhere ?? 0));
  const flags = valuesOf(commonFlags, given, options.inCluster);
  const gates = gatesOf(programs, flags.featureGates);
  const parts = programs.map((program, i) => ({
    program,
    own: valuesOf<FlagSet>(program.flags, given, options.inCluster),
    gates: gates[i]!,
  }));
  if (flags.enableLeaderElection) requireLeaseDurations(flags);
  const namespace = watchedNamespace(flags.watchAllNamespaces, options.namespace);
  const addresses = {
    metrics: addressOf(flags.metricsAddr, 'metrics-addr'),
    health: addressOf(flags.healthAddr, 'health-addr'),
  };
  const log = createLogger({ level: flags.logLevel, console: flags.logEncoding === 'console' });
  const metrics = createMetrics();
  const audit = flags.auditLog === '' ? undefined : await openAudit(flags.auditLog, log);
  const bare = await options.connect({
    qps: flags.kubeApiQps === 0 ? undefined : flags.kubeApiQps,
    burst: flags.kubeApiBurst,
    onAnswer: metrics.answered,
  });
  const client = audit ? audited(bare, audit.write) : bare;
  const watches = watchesOf(client, log);
  const events = eventFeed();
  const written = audit ? { audit: audit.write } : {};
  const environment: Environment = { client, watches, log, metrics, events, ...written };
  const settings = {
    concurrency: flags.concurrent,
    minRetryDelay: flags.minRetryDelay,
    maxRetryDelay: flags.maxRetryDelay,
    intervalJitter: flags.intervalJitter / 100,
    ...(flags.watchLabelSelector === '' ? {} : { labelSelector: flags.watchLabelSelector }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const closing: (() => unknown)[] = [() => audit?.close(), () => client.close(), () => watches.stop()];
  const elsewhere = eventsTarget(flags.eventsAddr);
  if (elsewhere) {
    const forwarding = forwardEvents(events, elsewhere, log);
    closing.push(() => forwarding.stop());
  }
  let missing: string | undefined = 'the controllers are starting';
  try {
    closing.push(...(await openServers(addresses, metrics, () => missing)));
    await options.prepare?.(client, log);
    if (flags.enableLeaderElection) missing = undefined; // who waits for the lease is as ready as it can be
    const lost: AbortSignal[] = [];
    for (const { program, own, gates: its } of parts) {
      if (flags.enableLeaderElection && !program.everywhere) {
        const name = leaseOf(program.name, flags.watchLabelSelector);
        const lease = await lead({ name, client, options, flags, log, metrics, signal });
        lost.push(lease.lost);
        closing.push(() => lease.release());
      }
      const running = await program.start({
        environment,
        settings,
        flags: { ...flags, ...own },
        gates: its,
        inCluster: options.inCluster,
        alone: programs.length === 1,
      });
      closing.push(() => stopInTime(running, program.grace?.(own) ?? grace, log));
    }
    missing = undefined;
    log.info('Starting manager');
    await ended(AbortSignal.any([signal, ...lost]));
    for (const one of lost) if (one.aborted && !signal.aborted) throw one.reason;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function openAudit(path: string, log: Logger) {
  try {
    return await openAuditLog(path, log);
  } catch (error) {
    throw new FlagError(`--audit-log: ${(error as Error).message}`, { cause: error });
  }
}

/** Several controllers in one process share the flag of gates: each takes its own out of all that there are. */
function gatesOf(programs: Program[], text: string): FeatureGates[] {
  const all = readFeatureGates(text, Object.assign({}, ...programs.map(({ gates }) => gates)));
  return programs.map(({ gates }) =>
    Object.fromEntries(Object.keys(gates).map(name => [name, all[name] ?? false])),
  );
}

/** Undefined: all. One namespace must have a name: none would be all of them. */
function watchedNamespace(all: boolean, own: string | undefined): string | undefined {
  if (all) return undefined;
  if (own) return own;
  throw new FlagError('--watch-all-namespaces=false: say which by --namespace or RUNTIME_NAMESPACE');
}

async function openServers(
  { metrics, health }: Record<'metrics' | 'health', ReturnType<typeof addressOf>>,
  registry: Metrics,
  missing: () => string | undefined,
): Promise<(() => Promise<void>)[]> {
  const opened: Served[] = [];
  try {
    if (metrics) opened.push(await serveMetrics(metrics, registry));
    if (health) opened.push(await serveHealth(health, missing));
  } catch (error) {
    for (const server of opened) await server.close();
    throw error;
  }
  return opened.map(server => () => server.close());
}

/** Shards have leases of their own: the first eight digits of the selector's SHA-256 tell them apart. */
function leaseOf(program: string, selector: string): string {
  const name = `${program}-leader-election`;
  if (selector === '') return name;
  return `${name}-${createHash('sha256').update(selector).digest('hex').slice(0, 8)}`;
}

interface Candidate {
  name: string;
  client: KubeClient;
  options: RunOptions;
  flags: { leaseDuration: number; renewDeadline: number; retryPeriod: number; releaseOnCancel: boolean };
  log: Logger;
  metrics: Metrics;
  signal: AbortSignal;
}

async function lead({ name, client, options, flags, log, metrics, signal }: Candidate): Promise<HeldLease> {
  const { namespace } = options;
  if (!namespace)
    throw new FlagError('--enable-leader-election: say where the lease is by RUNTIME_NAMESPACE');
  metrics.leader.set({ name }, 0);
  metrics.slowRenewals.inc({ name }, 0);
  log.info(`attempting to acquire leader lease ${namespace}/${name}...`);
  const lease = await acquireLease(client, { ...flags, name, namespace }, signal);
  metrics.leader.set({ name }, 1);
  log.info(`successfully acquired lease ${namespace}/${name}`);
  return lease;
}

async function stopInTime(running: Running, patience: number, log: Logger): Promise<void> {
  let overdue: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    overdue = setTimeout(() => {
      log.error('a controller did not end in time');
      resolve();
    }, patience);
  });
  await Promise.race([running.stop(), late]);
  clearTimeout(overdue);
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
