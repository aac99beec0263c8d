import { checkReleaseName, isPending, type Release, type Values, withStatus } from '@millrace/helm';
import { isAlreadyExists } from '@millrace/kube';
import { capabilitiesOf } from './capabilities.ts';
import type { ReleaseChart, Rendered } from './chart.ts';
import type { ReleaseContext } from './context.ts';
import { Draft } from './draft.ts';
import { runHooks } from './hooks.ts';
import { owned, toBeAdopted } from './ownership.ts';
import { messageOf, ReleaseError, rootOf } from './release-error.ts';
import { render } from './render.ts';
import { type Resource, resourcesIn } from './resource.ts';
import { createAll, updateAll } from './sets.ts';

/** What installing and upgrading have in common. */
export interface DeployOptions {
  chart: ReleaseChart;
  name: string;
  /** The user's values. */
  values: Values;
  forceConflicts: boolean;
  /** Objects that others have made become the release's. */
  takeOwnership: boolean;
  disableHooks: boolean;
  /** Milliseconds for each wait. */
  timeout: number;
  waitForJobs: boolean;
  skipSchemaValidation?: boolean;
  /** In place of `Install complete`. */
  description?: string;
  /** Labels of the record. */
  labels?: Record<string, string>;
  /** How many revisions are kept; 0 keeps all. */
  maxHistory?: number;
  /** Write nothing: the release as it would be. */
  dryRun?: boolean;
}

export interface InstallOptions extends DeployOptions {
  serverSide: boolean;
  /** Put the objects in the place of those that are adopted. */
  forceReplace?: boolean;
  createNamespace?: boolean;
  /** A name whose last release was uninstalled or has failed is taken again. */
  replace?: boolean;
}

/**
 * Install a chart as a new release. Its definitions are installed before by `installCrds`. Throws what went wrong;
 * from the moment that the release is recorded, the record says so too.
 *
 * Rule: Install in pkg/action of helm v4.3.1
 */
export async function install(options: InstallOptions, on: ReleaseContext): Promise<Release> {
  const { chart, name, values, serverSide } = options;
  const { namespace } = on;
  const before = await availableName(options, on);
  const rendered = await render(
    chart,
    {
      values,
      release: { name, namespace, revision: 1, isUpgrade: false },
      capabilities: await capabilitiesOf(on.client),
      ...(options.skipSchemaValidation && { skipSchemaValidation: true }),
    },
    on,
  );
  const resources = owned(await build(rendered.manifest, on), { name, namespace });
  const adopted = await toBeAdopted(resources, { name, namespace }, options.takeOwnership, on).catch(
    cause => {
      throw new ReleaseError(`unable to continue with install: ${messageOf(cause)}`, { cause });
    },
  );
  const release = newRelease({ ...options, namespace }, rendered, before);
  if (options.dryRun) return { ...release, info: { ...release.info, description: 'Dry run complete' } };
  if (options.createNamespace) await createNamespace(serverSide, on);
  if (before && before.info.status !== 'failed')
    await on.records.update(withStatus(before, 'superseded', 'superseded by new release'));
  await on.records.create(release);
  const draft = new Draft(release, on);
  try {
    await perform(draft, resources, adopted, options, on);
  } catch (error) {
    draft.become('failed', `Release "${name}" failed: ${messageOf(error)}`);
    on.signal.throwIfAborted();
    await draft.record();
    throw error;
  }
  draft.become('deployed', options.description || 'Install complete');
  await draft.record();
  return draft.release;
}

/** A release as it is before anything of it is done. @param before the last one of its name */
export function newRelease(
  {
    name,
    namespace,
    values,
    serverSide,
    labels = {},
  }: Pick<InstallOptions, 'name' | 'values' | 'serverSide' | 'labels'> & { namespace: string },
  { chart, manifest, hooks, notes }: Rendered,
  before?: Release,
): Release {
  const now = new Date().toISOString();
  return {
    name,
    namespace,
    version: before ? before.version + 1 : 1,
    info: {
      firstDeployed: now,
      lastDeployed: now,
      description: 'Initial install underway',
      status: 'pending-install',
      rollbackRevision: 0,
      notes,
    },
    chart,
    config: values,
    manifest,
    hooks,
    applyMethod: serverSide ? 'ssa' : 'csa',
    labels,
  };
}

/** The last release of the name, where it may be replaced. */
async function availableName(
  { name, replace, dryRun }: InstallOptions,
  on: ReleaseContext,
): Promise<Release | undefined> {
  try {
    checkReleaseName(name);
  } catch (cause) {
    throw new ReleaseError(messageOf(cause), { cause });
  }
  const last = (await on.records.history(name)).at(-1);
  if (!last || dryRun) return undefined;
  if (replace && ['uninstalled', 'failed'].includes(last.info.status)) return last;
  throw new ReleaseError('release name check failed: cannot reuse a name that is still in use');
}

async function build(manifest: string, on: ReleaseContext): Promise<Resource[]> {
  return resourcesIn(manifest, on).catch(cause => {
    throw new ReleaseError(`unable to build kubernetes objects from release manifest: ${messageOf(cause)}`, {
      cause,
    });
  });
}

async function createNamespace(serverSide: boolean, on: ReleaseContext): Promise<void> {
  const { namespace } = on;
  const object = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { name: namespace } },
  };
  const mapping = await on.client.discovery.mapping('v1', 'Namespace');
  const resource = { object, mapping, ref: { apiVersion: 'v1', kind: 'Namespace', name: namespace } };
  await createAll([resource], { serverSide }, on).catch(error => {
    if (!isAlreadyExists(rootOf(error))) throw error;
  });
}

async function perform(
  draft: Draft,
  resources: Resource[],
  adopted: Resource[],
  options: InstallOptions,
  on: ReleaseContext,
): Promise<void> {
  const { serverSide, timeout, forceConflicts, waitForJobs, takeOwnership } = options;
  const hooks = async (event: 'pre-install' | 'post-install') => {
    if (options.disableHooks) return;
    await runHooks(draft, event, { timeout, serverSide }, on).catch(cause => {
      throw new ReleaseError(`failed ${event}: ${messageOf(cause)}`, { cause });
    });
  };
  await hooks('pre-install');
  if (adopted.length === 0) await createAll(resources, { serverSide }, on);
  else {
    const mode = {
      serverSide,
      forceConflicts,
      replace: options.forceReplace ?? false,
      mergeCustom: takeOwnership && !serverSide,
      fromClientSide: true,
    };
    await updateAll(adopted, resources, mode, on);
  }
  await on.waiter.ready(resources, { timeout, signal: on.signal, jobs: waitForJobs });
  await hooks('post-install');
}

/** Refuse to work on a release that another action works on, or that one has left half done. */
export function refusePending(release: Release): void {
  if (isPending(release))
    throw new ReleaseError('another operation (install/upgrade/rollback) is in progress');
}
