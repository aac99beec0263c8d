import { isNotFound } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print } from '../output/print.ts';
import { formatStructure, type Structure } from '../output/structured.ts';
import { calledAs, fluxVersion, version as millraceVersion } from '../version.ts';
import { type ControllerContainer, controllerDeployments } from './controller-pods.ts';
import { nameAndTag } from './image.ts';
import { installationOf } from './installation.ts';
import { findLocalRun } from './local-run.ts';
import { type Session, withCluster } from './session.ts';

export interface VersionOptions {
  client?: boolean;
  output: string;
}

/**
 * `version`: of Flux's contract, of Millrace where it is called so, and of the controllers in the cluster. Controllers of a `millrace up` on
 * this machine are this program and have no line.
 */
export async function version(options: VersionOptions, globals: Globals): Promise<void> {
  const { output } = options;
  if (output !== 'yaml' && output !== 'json')
    throw new CliError(`--output must be json or yaml, not ${output}`);
  const own = {
    flux: fluxVersion,
    ...(calledAs() === 'flux' ? {} : { millrace: `v${millraceVersion}` }),
  };
  if (options.client) return printVersions(own, output);
  await withCluster(globals, async session =>
    printVersions({ ...own, ...(await inCluster(session)) }, output),
  );
}

async function inCluster(session: Session): Promise<Record<string, string>> {
  const { globals, client } = session;
  const distribution = await distributionOf(session);
  const deployments = await controllerDeployments(session, globals.namespace);
  const local = findLocalRun(globals, { server: client.connection.server })?.process !== undefined;
  if (deployments.length === 0 && !local)
    throw new CliError(`no deployments found in ${globals.namespace} namespace`);
  const containers = deployments.flatMap(({ spec }) => spec.template.spec?.containers ?? []);
  const controllers = containers.flatMap(versionsOf);
  controllers.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...(distribution === '' ? {} : { distribution }),
    ...Object.fromEntries(controllers.map(({ name, tag }) => [name, tag])),
  };
}

/** Flux's images are named after their controllers; one image of ours runs those that its command names. */
function versionsOf({ image = '', command = [] }: ControllerContainer): { name: string; tag: string }[] {
  const { name, tag } = nameAndTag(image);
  const [, names] = command.map(word => word.split('--controllers=')).find(parts => parts.length === 2) ?? [];
  return (names?.split(',') ?? [name]).map(controller => ({ name: controller, tag }));
}

/** A cluster may run only controllers that need no GitRepository. */
async function distributionOf(session: Session): Promise<string> {
  try {
    return (await installationOf(session)).distribution;
  } catch (error) {
    if (isNotFound(error)) return '';
    throw error;
  }
}

/** As Flux has it: in JSON by their names. */
function printVersions(versions: Record<string, string>, output: Structure): void {
  const inOrder = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  print(
    formatStructure(output === 'json' ? Object.fromEntries(inOrder) : versions, output, { keys: 'kept' }),
    '',
  );
}
