import type { Command } from 'commander';
import { Option } from 'commander';
import { completeNames } from '../completion/completers.ts';
import { globalsOf } from '../globals.ts';
import type { BuildFlags } from '../helmrelease/build.ts';
import type { DiffFlags } from '../helmrelease/diff.ts';
import { findKind } from '../resources/catalog.ts';
import { atPlace } from './at-place.ts';
import { listOption, notOfFlux } from './group.ts';

/** What a change would come to, before it is made. */
export function addPreviews({ build, diff }: { build: Command; diff: Command }): void {
  addBuildHelmRelease(build);
  addDiffHelmRelease(diff);
}

/** The exit code of a diff that could not be made, where 1 means that there is a difference. */
const failed = 2;

function addBuildHelmRelease(parent: Command): void {
  withInputs(parent, 'Print the manifests of the next release of a HelmRelease')
    .option('--dry-run', 'ask no cluster: everything comes from files')
    .option('--no-crds', 'without what the chart has in crds/')
    .option('--no-hooks', 'without hooks')
    .option('--show-secrets', 'do not hide what Secrets hold')
    .action(async (name: string, options: BuildFlags & { dryRun?: boolean }, self: Command) => {
      const { buildHelmRelease } = await import('../helmrelease/build.ts');
      const globals = globalsOf(self);
      const flags = { ...options, namespace: globals.namespace };
      const text = await atPlace(globals, options.dryRun ?? false, place =>
        buildHelmRelease(name, flags, place),
      );
      process.stdout.write(text);
    });
}

function addDiffHelmRelease(parent: Command): void {
  withInputs(parent, 'Show what the next release of a HelmRelease would change in the cluster')
    .addOption(new Option('-o, --output <format>', 'for programs').choices(['json']))
    .action(async (name: string, options: DiffFlags, self: Command) => {
      const { diffHelmRelease, formatDiff } = await import('../helmrelease/diff.ts');
      const { CliError } = await import('../cli-error.ts');
      const globals = globalsOf(self);
      const flags = { ...options, namespace: globals.namespace };
      try {
        const diffs = await atPlace(globals, false, place =>
          diffHelmRelease(name, flags, { ...place, client: place.client! }),
        );
        process.stdout.write(
          options.output === 'json' ? `${JSON.stringify(diffs, null, 2)}\n` : formatDiff(diffs),
        );
        if (diffs.length > 0) process.exitCode = diffs.some(({ action }) => action === 'failed') ? failed : 1;
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new CliError(message, { exitCode: failed, cause });
      }
    });
}

function withInputs(parent: Command, description: string): Command {
  const command = parent
    .command('helmrelease')
    .helpGroup(notOfFlux)
    .alias('hr')
    .argument('<name>', 'which HelmRelease')
    .allowExcessArguments(false)
    .description(description)
    .option('--helmrelease-file <file>', 'the file that has it, in place of the one in the cluster')
    .option('--chart <chart>', 'a folder, an archive, or an address, in place of what its source offers')
    .addOption(
      listOption(
        '--local-sources <sources>',
        'KIND/NAMESPACE/NAME=FOLDER, in place of sources in the cluster',
      ),
    )
    .addOption(
      listOption(
        '--with <files>',
        'files with Secrets and ConfigMaps that the cluster does not have, or has otherwise',
      ),
    )
    .option('--kube-version <version>', 'Capabilities.KubeVersion')
    .addOption(listOption('-a, --api-versions <versions>', 'further Capabilities.APIVersions'));
  completeNames(command, findKind('HelmRelease')!);
  return command;
}
