import { isPending, type Release, recordName, withStatus } from '@millrace/helm';
import { type KubeObject, keyOf } from '@millrace/kube';
import {
  helmWords,
  observeByName,
  type ReleaseContext,
  ReleaseError,
  recordsIn,
  type WaitStrategy,
  waiterOn,
} from '@millrace/releases';
import { CliError } from '../../cli-error.ts';
import { connect } from '../../globals.ts';
import { interruption } from '../../up/interrupt.ts';
import { interrupted } from '../../verbs/session.ts';
import { HelmCommandError } from '../helm-error.ts';
import { type ClusterFlags, identityOf } from './cluster-flags.ts';

export interface OpenOptions extends ClusterFlags {
  /** '' for all namespaces. */
  namespace: string;
  wait?: WaitStrategy;
}

/** The labels of a release's record: those of the user, and Helm's own. */
export type LabelsOf = (release: Release) => Record<string, string>;

/** The name by which helm owns what it writes. */
const fieldManager = 'helm';

/**
 * Do something with the releases of a namespace. Throws HelmCommandError with what helm would say.
 * @param name the release that is worked on: who is interrupted leaves it failed, not pending for ever
 */
export async function withReleases<T>(
  options: OpenOptions,
  warn: (message: string) => void,
  work: (on: ReleaseContext, labelsOf: LabelsOf) => Promise<T>,
  name?: string,
): Promise<T> {
  const as = identityOf(options);
  const { kubeContext: context = options.cluster.context } = options;
  const client = await connect({ ...options.cluster, context });
  const signal = interruption();
  const { namespace } = options;
  const driver = driverOf(process.env.HELM_DRIVER);
  const seen = new Map<string, KubeObject>();
  const labelsOf = (release: Release) =>
    seen.get(`${release.namespace}/${recordName(release.name, release.version)}`)?.metadata.labels ?? {};
  const alive = setInterval(() => {}, 2 ** 30); // neither a listener on a signal nor its timer keeps a process alive
  const on: ReleaseContext = {
    client,
    as,
    fieldManager,
    namespace,
    records: recordsIn({
      client,
      as,
      namespace,
      driver,
      signal,
      onSeen: record => seen.set(keyOf(record.metadata), record),
    }),
    waiter: waiterOn(observeByName(client), options.wait ?? 'hookOnly', helmWords),
    hookLogs: text => void process.stdout.write(text),
    signal,
    warn,
  };
  try {
    return await work(on, labelsOf);
  } catch (error) {
    if (signal.aborted) {
      if (name !== undefined) await giveUp(name, on);
      throw new CliError('interrupted', { exitCode: interrupted, cause: error });
    }
    throw error instanceof ReleaseError ? new HelmCommandError(error.message, { cause: error }) : error;
  } finally {
    clearInterval(alive);
    await client.close();
  }
}

function driverOf(name = ''): 'secret' | 'configmap' {
  switch (name) {
    case '':
    case 'secret':
    case 'secrets':
      return 'secret';
    case 'configmap':
    case 'configmaps':
      return 'configmap';
  }
  throw new CliError(`HELM_DRIVER ${name} is not supported: releases are kept in Secrets or ConfigMaps`);
}

async function giveUp(name: string, { client, as, namespace, warn }: ReleaseContext): Promise<void> {
  try {
    const records = recordsIn({ client, as, namespace, driver: driverOf(process.env.HELM_DRIVER) });
    const last = (await records.history(name)).at(-1);
    if (last && isPending(last))
      await records.update(withStatus(last, 'failed', `Release "${name}" failed: context canceled`));
  } catch (error) {
    warn(`failed to record that ${name} was interrupted: ${(error as Error).message}`);
  }
}
