import { type Command, Option } from 'commander';
import { globalsOf } from '../globals.ts';
import type { HelmLintOptions } from '../helm/lint.ts';
import { addOtherFlags } from '../helm/other-flags.ts';
import type { HelmPackageOptions } from '../helm/package.ts';
import { addChartFlags, type ChartFlags } from '../helm/releases/chart-flags.ts';
import type { Shown } from '../helm/show.ts';
import type { HelmTemplateOptions } from '../helm/template.ts';
import { addValueOptions } from '../helm/value-flags.ts';
import { group, listOption } from './group.ts';
import { addHelmReleases } from './helm-releases.ts';

export function addHelm(program: Command): void {
  const parent = group(program, 'helm', 'Work with Helm charts and releases, without the helm program');
  addTemplate(parent);
  addShow(parent);
  addLint(parent);
  addPackage(parent);
  addHelmReleases(parent);
}

function addTemplate(parent: Command): void {
  const repeated = (flags: string, description: string) =>
    new Option(flags, description).argParser((value: string, before: string[] = []) => [...before, value]);
  const template = parent
    .command('template')
    .argument(
      '<name-and-chart...>',
      'the name of the release, and the chart: a folder, an archive, a URL, or a name',
    )
    .usage('[options] [NAME] CHART')
    .description('Render the templates of a chart and print the manifests');
  addOtherFlags(addChartFlags(addValueOptions(template)), { installs: true })
    .addOption(listOption('-a, --api-versions <versions>', 'further Capabilities.APIVersions'))
    .option('--debug', 'print what was rendered even if it is no YAML')
    .option('-g, --generate-name', 'generate the name of the release')
    .option('--include-crds', 'print the files under crds/ too')
    .option('--is-upgrade', 'set .Release.IsUpgrade instead of .Release.IsInstall')
    .option('--kube-version <version>', 'Capabilities.KubeVersion')
    .option('--name-template <template>', 'a template for the name of the release')
    .option('--no-hooks', 'leave hooks out')
    .option('--output-dir <folder>', 'write a file for each template into this folder')
    .option('--release-name', 'put the name of the release into the path of these files')
    .option('--render-subchart-notes', 'render the notes of subcharts too')
    .addOption(repeated('-s, --show-only <template>', 'print what this template rendered only'))
    .option('--skip-schema-validation', 'do not hold the values against values.schema.json')
    .option('--skip-tests', 'leave tests out')
    .action(async (words: string[], _: object, self: Command) => {
      const { runHelm } = await import('../helm/run.ts');
      await runHelm(self, async (options: HelmTemplateOptions, warn) => {
        const { helmTemplate } = await import('../helm/template.ts');
        const { timeout } = globalsOf(self);
        const { stdout, error } = await helmTemplate(words, { ...options, patience: timeout }, warn);
        return { stdout, ...(error !== undefined && { error }) };
      });
    });
}

const shown: Record<Shown, string> = {
  all: 'Show everything there is to know about a chart',
  chart: 'Show the Chart.yaml of a chart',
  crds: 'Show the custom resource definitions of a chart',
  readme: 'Show the README of a chart',
  values: 'Show the default values of a chart',
};

function addShow(parent: Command): void {
  const show = group(parent, 'show', 'Show what a chart says of itself').alias('inspect');
  for (const [what, description] of Object.entries(shown) as [Shown, string][])
    addOtherFlags(addChartFlags(show.command(what)), { installs: false })
      .argument('<chart>', 'a folder, an archive, a URL, or the name of a chart in a repository')
      .allowExcessArguments(false)
      .description(description)
      .action(async (chart: string, _: object, self: Command) => {
        const { runHelm } = await import('../helm/run.ts');
        await runHelm(self, async (options: ChartFlags, warn) => {
          const { helmShow } = await import('../helm/show.ts');
          return { stdout: await helmShow(what, chart, options, warn) };
        });
      });
}

function addLint(parent: Command): void {
  const lint = parent
    .command('lint')
    .argument('<path...>', 'folders or archives')
    .description('Examine charts for what is wrong or could be better');
  addValueOptions(lint)
    .option('--kube-version <version>', 'for capabilities and deprecations')
    .option('--quiet', 'print warnings and errors only')
    .option('--skip-schema-validation', 'do not hold the values against values.schema.json')
    .option('--strict', 'fail on warnings')
    .option('--with-subcharts', 'examine the charts in charts/ too')
    .action(async (paths: string[], _: object, self: Command) => {
      const { runHelm } = await import('../helm/run.ts');
      await runHelm(self, async (options: HelmLintOptions) => {
        const { helmLint } = await import('../helm/lint.ts');
        return helmLint(paths, options);
      });
    });
}

function addPackage(parent: Command): void {
  parent
    .command('package')
    .argument('<path...>', 'folders')
    .description('Pack charts into archives')
    .option('--app-version <version>', 'the appVersion of the chart')
    .option('-d, --destination <folder>', 'where the archives go', '.')
    .option('--version <version>', 'the version of the chart')
    .action(async (paths: string[], _: object, self: Command) => {
      const { runHelm } = await import('../helm/run.ts');
      await runHelm(self, async (options: HelmPackageOptions, warn) => {
        const { helmPackage } = await import('../helm/package.ts');
        return { stdout: helmPackage(paths, options, warn) };
      });
    });
}
