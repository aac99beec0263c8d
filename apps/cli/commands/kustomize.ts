import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import type { KustomizeBuildOptions } from '../kustomize/build.ts';
import { group } from './group.ts';

const noHelm =
  'Helm charts are not inflated here: use a HelmRelease, or commit the rendered chart as a resource';
const noPlugins =
  'programs and containers are not run here: use the built-in transformers, or run the plugin before the build';

/** Flags of `kustomize build` for what is not done here, with the reason. */
const refused: Record<string, string> = {
  '--enable-helm': noHelm,
  '--helm-command <path>': noHelm,
  '--helm-api-versions <version>': noHelm,
  '--helm-debug': noHelm,
  '--helm-kube-version <version>': noHelm,
  '--enable-alpha-plugins': noPlugins,
  '--enable-exec': noPlugins,
  '--network': noPlugins,
  '--network-name <name>': noPlugins,
  '--mount <mount>': noPlugins,
  '-e, --env <variable>': noPlugins,
  '--as-current-user': noPlugins,
};

export function addKustomize(program: Command): void {
  const parent = group(program, 'kustomize', 'Build kustomizations, without the kustomize program');
  const build = parent
    .command('build')
    .argument('[dir]', 'a directory with a kustomization, or the address of one in a Git repository', '.')
    .allowExcessArguments(false)
    .description('Build a kustomization and print its objects')
    .addOption(
      new Option('--load-restrictor <mode>', 'which files a kustomization may read')
        .choices(['LoadRestrictionsRootOnly', 'LoadRestrictionsNone'])
        .default('LoadRestrictionsRootOnly'),
    )
    .addOption(
      new Option('--reorder <order>', 'the order of the objects, where sortOptions do not say')
        .choices(['legacy', 'none'])
        .default('legacy'),
    )
    .option('-o, --output <path>', 'write to this file, or a file an object to this directory')
    .option('--strict', 'refuse keys that are given twice in kustomization files and patches')
    .option('--enable-managedby-label', 'as buildMetadata: [managedByLabel]')
    .action(async (directory: string, options: KustomizeBuildOptions, self: Command) => {
      refuse(options);
      if (self.getOptionValueSource('reorder') === 'cli')
        console.error("⚠️ --reorder is deprecated, use 'sortOptions' in the kustomization instead");
      if (options.enableManagedbyLabel)
        console.error(
          "⚠️ --enable-managedby-label is deprecated, use 'buildMetadata' in the kustomization instead",
        );
      const { kustomizeBuild } = await import('../kustomize/build.ts');
      await kustomizeBuild(directory, options);
    });
  for (const flags of Object.keys(refused)) build.addOption(new Option(flags).hideHelp());
}

function refuse(options: object): void {
  for (const [flags, reason] of Object.entries(refused)) {
    const option = new Option(flags);
    if (option.attributeName() in options) throw new CliError(`${option.long} is not supported: ${reason}`);
  }
}
