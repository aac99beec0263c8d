import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { completeNames } from '../completion/completers.ts';
import { type Globals, globalsOf } from '../globals.ts';
import { checkFlags, readLocalSources } from '../kustomization/check-flags.ts';
import type { PreviewFlags } from '../kustomization/preview-flags.ts';
import { print, tell } from '../output/print.ts';
import { findKind } from '../resources/catalog.ts';
import { atPlace } from './at-place.ts';
import { hidden, listOption } from './group.ts';

/** What a change of a Kustomization's files would come to. */
export function addKustomizationPreviews({ build, diff }: { build: Command; diff: Command }): void {
  addBuild(build);
  addDiff(diff);
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

/** The exit code of a diff that could not be made, where 1 means that there is a difference. */
const failed = 2;

type DiffOptions = PreviewFlags & { progressBar?: boolean; output?: 'json' };

function addDiff(parent: Command): void {
  withInputs(parent, 'Diff Kustomization')
    .option('--progress-bar', 'show on a terminal what is under way', true)
    .addOption(hidden('--no-progress-bar')) // what --progress-bar=false becomes
    .option('--ignore-not-found', 'the file may have a Kustomization that the cluster does not have yet')
    .addOption(new Option('-o, --output <format>', 'for programs').choices(['json']))
    .action(async (name: string | undefined, options: DiffOptions, self: Command) => {
      try {
        await diff(name, options, globalsOf(self));
      } catch (cause) {
        if (cause instanceof CliError && cause.exitCode > 1) throw cause;
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new CliError(message, { exitCode: failed, cause });
      }
    });
}

async function diff(name: string | undefined, options: DiffOptions, globals: Globals): Promise<void> {
  const { diffKustomization, isDifferent, problemsIn } = await import('../kustomization/diff.ts');
  const { formatDiff } = await import('../kustomization/format-diff.ts');
  const { progressBar } = await import('../kustomization/progress-bar.ts');
  const flags = { ...options, namespace: globals.namespace };
  const what = checkFlags(name, flags, false);
  const bar = progressBar(options.progressBar ?? true);
  const diffs = await atPlace(globals, false, place =>
    diffKustomization(what, flags, { ...place, client: place.client!, progress: bar.show }),
  ).finally(bar.stop);
  print(options.output === 'json' ? `${JSON.stringify(diffs, null, 2)}\n` : formatDiff(diffs), '');
  const problems = problemsIn(diffs);
  if (problems.length > 0) throw new CliError(problems.join('\n'), { exitCode: failed });
  if (isDifferent(diffs)) tellDifference();
}

function tellDifference(): void {
  tell.warning('identified at least one change, exiting with non-zero exit code');
  process.exitCode = 1;
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
