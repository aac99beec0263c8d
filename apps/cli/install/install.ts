import { type InstallOptions, pageName } from '@millrace/installation';
import { isNotFound, refOf } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import { registrySecret, upsertSecret } from '../create/secret-objects.ts';
import type { Globals } from '../globals.ts';
import { print, tell } from '../output/print.ts';
import { installationOf } from '../verbs/installation.ts';
import { fieldManager } from '../verbs/reconcile.ts';
import { type Session, withCluster } from '../verbs/session.ts';
import { applyManifests } from './apply-manifests.ts';
import { awaitDeployments } from './await-deployments.ts';
import { type InstallFlags, installOptionsOf } from './flags.ts';
import { manifestsOf } from './manifests.ts';
import { warnOfOthers } from './other-deployments.ts';
import { confirmOverride } from './override.ts';

export interface InstallCommandOptions extends InstallFlags {
  export?: boolean;
}

/** `install`: put the controllers into the cluster, and wait until they run; or print what would be put there. */
export async function install(flags: InstallCommandOptions, globals: Globals): Promise<void> {
  const options = installOptionsOf(flags, globals);
  if (flags.export) return print((await manifestsOf(options, flags.manifests)).text, '');
  tell.making('generating manifests');
  const { text, objects } = await manifestsOf(options, flags.manifests);
  if (globals.verbose) print(text, '');
  tell.success('manifests build completed');
  tell.action(`installing components in ${options.namespace} namespace`);
  await withCluster(globals, async session => {
    await requireFree(session, flags.force ?? false);
    const changes = await applyManifests(session, objects).catch((error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      throw new CliError(`install failed: ${error.message}`, { cause: error });
    });
    print(changes);
    await makePullSecret(session, flags, options);
    await requirePageSecret(session, options);
    const deployments = objects.filter(({ kind }) => kind === 'Deployment').map(refOf);
    const names = deployments.map(({ name }) => name);
    await warnOfOthers(session, options.namespace, names);
    tell.waiting('verifying installation');
    if (!(await awaitDeployments(session, deployments))) throw new CliError('install failed');
    tell.success('install finished');
  });
}

/**
 * Throws CliError where the installation is somebody else's: of Flux itself, which would take back what is applied
 * here, or of another tool, unless the user says so.
 */
async function requireFree(session: Session, force: boolean): Promise<void> {
  const there = await installationOf(session).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw new CliError(`cluster info unavailable: ${(error as Error).message}`, { cause: error });
  });
  if (!there) return;
  const { version, bootstrapped } = there;
  if (bootstrapped)
    throw new CliError(
      `this cluster has already been bootstrapped with Flux ${version}! Please use 'flux bootstrap' to upgrade`,
    );
  if (!force) await confirmOverride(there, 'installation cancelled');
}

/** Throws CliError where the page would wait for its Secret for ever. */
async function requirePageSecret(
  { client, signal }: Session,
  { web, namespace }: InstallOptions,
): Promise<void> {
  if (web.length === 0) return;
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name: pageName };
  await client.get(ref, { as: 'own', signal }).catch((cause: unknown) => {
    if (!isNotFound(cause)) throw cause;
    const command = `kubectl -n ${namespace} create secret generic ${pageName} --from-literal=session-key="$(openssl rand -hex 32)" --from-file=client-secret=FILE`;
    throw new CliError(`install failed: the page waits for its Secret: ${command}`, { cause });
  });
}

async function makePullSecret(
  session: Session,
  { registryCreds }: InstallFlags,
  { imagePullSecret, namespace, registry }: InstallOptions,
): Promise<void> {
  if (!imagePullSecret || !registryCreds) return;
  tell.action(`generating image pull secret ${imagePullSecret}`);
  const [username = '', password = ''] = registryCreds.split(':');
  const secret = registrySecret({ name: imagePullSecret, namespace, registry, username, password });
  await upsertSecret(session, secret, fieldManager);
}
