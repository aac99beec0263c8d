import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { completeNames } from '../completion/completers.ts';
import { globalsOf } from '../globals.ts';
import { checkFlags, readLocalSources } from '../kustomization/check-flags.ts';
import type { PreviewFlags } from '../kustomization/preview-flags.ts';
import { findKind } from '../resources/catalog.ts';
import { atPlace } from './at-place.ts';
import { listOption } from './group.ts';

/** What a change of a Kustomization's files would come to. */
export function addKustomizationPreviews({ build }: { build: Command; diff: Command }): void {
  addBuild(build);
}

function addBuild(parent: Command): void {
  withInputs(parent, 'Build Kustomization')
    .option('--dry-run', 'ask no cluster: variables of Secrets and ConfigMaps are left out')
    .action(async (name: string | undefined, options: PreviewFlags & { dryRun?: boolean }, self: Command) => {
      const { buildKustomization } = await import('../kustomization/build.ts');
      const globals = globalsOf(self);
      const isOffline = options.dryRun ?? false;
      // As flux has it: the message names the whole path.
      const flags = {
        ...options,
        ...(options.path && { path: resolve(options.path) }),
        namespace: globals.namespace,
      };
      const what = checkFlags(name, flags, isOffline);
      const text = await atPlace(globals, isOffline, place => buildKustomization(what, flags, place));
      process.stdout.write(text);
    });
}

function withInputs(parent: Command, description: string): Command {
  const command = parent
    .command('kustomization')
    .alias('ks')
    .argument('[name]', 'which Kustomization')
    .description(description)
    .option('--path <folder>', 'the folder that stands for its spec.path')
    .option('--kustomization-file <file>', 'the file that has it, in place of the one in the cluster')
    .addOption(listOption('--ignore-paths <patterns>', 'files to leave out, as .gitignore names them'))
    .option('--strict-substitute', 'a variable that has neither a value nor a default is an error')
    .option('-r, --recursive', 'go on with the Kustomizations among its objects')
    .addOption(
      new Option(
        '--local-sources <sources>',
        'KIND/NAMESPACE/NAME=FOLDER, where the sources of those lie here',
      ).argParser(readLocalSources),
    )
    .option('--in-memory-build', 'accepted: no build writes into the folder');
  completeNames(command, findKind('Kustomization')!);
  return command;
}
