import { type Command, InvalidArgumentError } from 'commander';
import { globalsOf } from '../globals.ts';
import { addChartFlags } from '../helm/releases/chart-flags.ts';
import { addClusterFlags } from '../helm/releases/cluster-flags.ts';
import { addActionFlags, addDeployFlags, addOutputFlag, addWaitFlag } from '../helm/releases/deploy-flags.ts';
import type { GetFlags, Part } from '../helm/releases/get.ts';
import type { HistoryFlags } from '../helm/releases/history.ts';
import type { InstallFlags } from '../helm/releases/install.ts';
import type { ListFlags } from '../helm/releases/list.ts';
import type { RollbackFlags } from '../helm/releases/rollback.ts';
import type { StatusFlags } from '../helm/releases/status.ts';
import type { TestFlags } from '../helm/releases/test.ts';
import type { UninstallFlags } from '../helm/releases/uninstall.ts';
import type { UpgradeFlags } from '../helm/releases/upgrade.ts';
import type { Said } from '../helm/run.ts';
import { addValueOptions } from '../helm/value-flags.ts';
import type { KubeFlags } from '../kube-flags.ts';
import { group, listOption } from './group.ts';

/** The verbs of helm that work on releases in a cluster. */
export function addHelmReleases(parent: Command): void {
  addInstall(parent);
  addUpgrade(parent);
  addRollback(parent);
  addUninstall(parent);
  addTest(parent);
  addList(parent);
  addHistory(parent);
  addStatus(parent);
  addGet(parent);
}

/** How many revisions helm keeps. */
const historyMax = process.env.HELM_MAX_HISTORY ?? '10';

function addInstall(parent: Command): void {
  const install = parent
    .command('install')
    .argument('<name-and-chart...>', 'the name of the release, and the chart')
    .usage('[options] [NAME] CHART')
    .description('Install a chart');
  addDeployFlags(addChartFlags(addValueOptions(addClusterFlags(install))))
    .option('-g, --generate-name', 'generate the name of the release')
    .option('--name-template <template>', 'a template for the name of the release')
    .option('--replace', 'take a name again whose release was uninstalled and is still in the history')
    .option('--server-side [boolean]', 'let the server merge the fields of objects', truth, true);
  onRelease<InstallFlags>(install, async (words, flags, warn) => {
    const { helmInstall } = await import('../helm/releases/install.ts');
    return helmInstall(words, flags, warn);
  });
}

function addUpgrade(parent: Command): void {
  const upgrade = parent
    .command('upgrade')
    .argument('<release>')
    .argument('<chart>')
    .allowExcessArguments(false)
    .description('Bring a release to another chart or other values');
  addDeployFlags(addChartFlags(addValueOptions(addClusterFlags(upgrade))))
    .option('-i, --install', 'install, where there is no release of this name')
    .option('--server-side <mode>', 'true, false, or auto: as the release was applied before', 'auto')
    .option('--reset-values', 'begin with the values of the chart')
    .option('--reuse-values', 'begin with the values that the release has')
    .option('--reset-then-reuse-values', 'begin with those of the chart, and those of the release over them')
    .option('--history-max <number>', 'revisions to keep; 0 keeps all', whole, whole(historyMax))
    .option('--cleanup-on-fail', 'delete what was made, where the upgrade fails');
  onRelease<UpgradeFlags>(upgrade, async (words, flags, warn) => {
    const { helmUpgrade } = await import('../helm/releases/upgrade.ts');
    return helmUpgrade(words, flags, warn);
  });
}

function addRollback(parent: Command): void {
  const rollback = parent
    .command('rollback')
    .argument('<release>')
    .argument('[revision]', 'the one before, where it is left out or 0')
    .allowExcessArguments(false)
    .description('Bring a release back to a former revision');
  addActionFlags(addClusterFlags(rollback))
    .option('--server-side <mode>', 'true, false, or auto: as the revision was applied', 'auto')
    .option('--history-max <number>', 'revisions to keep; 0 keeps all', whole, whole(historyMax))
    .option('--cleanup-on-fail', 'delete what was made, where the rollback fails');
  onRelease<RollbackFlags>(rollback, async (words, flags, warn) => {
    const { helmRollback } = await import('../helm/releases/rollback.ts');
    return helmRollback(words, flags, warn);
  });
}

function addUninstall(parent: Command): void {
  const uninstall = parent
    .command('uninstall')
    .aliases(['del', 'delete', 'un'])
    .argument('<release...>')
    .description('Delete the objects of releases, and their history');
  addWaitFlag(addClusterFlags(uninstall))
    .option('--cascade <how>', 'what becomes of dependents: background, foreground, or orphan', 'background')
    .option('--description <text>', 'in place of the usual description')
    .option('--dry-run', 'delete nothing')
    .option('--ignore-not-found', 'a release that is not there is no failure')
    .option('--keep-history', 'keep the records')
    .option('--no-hooks', 'run no hooks');
  onRelease<UninstallFlags>(uninstall, async (names, flags, warn) => {
    const { helmUninstall } = await import('../helm/releases/uninstall.ts');
    return helmUninstall(names, flags, warn);
  });
}

function addTest(parent: Command): void {
  const test = parent
    .command('test')
    .argument('<release>')
    .allowExcessArguments(false)
    .description('Run the tests of a release');
  addClusterFlags(test)
    .addOption(listOption('--filter <tests>', 'name=NAME, or !name=NAME'))
    .option('--logs', 'print what the Pods of the tests have written');
  onRelease<TestFlags>(test, async ([name = ''], flags, warn) => {
    const { helmTest } = await import('../helm/releases/test.ts');
    return helmTest(name, { ...flags, output: 'table' }, warn);
  });
}

function addList(parent: Command): void {
  const list = parent.command('list').alias('ls').allowExcessArguments(false).description('List releases');
  addOutputFlag(addClusterFlags(list))
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('-q, --short', 'names only')
    .option('--no-headers', 'without the line of headings')
    .option('--time-format <format>', 'accepted; times are printed as helm prints them')
    .option('-d, --date', 'by date')
    .option('-r, --reverse', 'in the reverse order')
    .option('-m, --max <number>', 'how many at most; 0 for all', whole, 256)
    .option('--offset <number>', 'leave so many out', whole, 0)
    .option('-f, --filter <expression>', 'only releases whose name matches')
    .option('-l, --selector <selector>', 'only releases with these labels')
    .option('--deployed', 'those that are deployed')
    .option('--failed', 'those that have failed')
    .option('--pending', 'those that are pending')
    .option('--superseded', 'those that are superseded')
    .option('--uninstalled', 'those that were uninstalled')
    .option('--uninstalling', 'those that are being uninstalled');
  onRelease<ListFlags>(list, async (_words, flags, warn) => {
    const { helmList } = await import('../helm/releases/list.ts');
    return helmList(flags, warn);
  });
}

function addHistory(parent: Command): void {
  const history = parent
    .command('history')
    .alias('hist')
    .argument('<release>')
    .allowExcessArguments(false)
    .description('List the revisions of a release');
  addOutputFlag(addClusterFlags(history))
    .option('--max <number>', 'how many at most', whole, 256)
    .option('--show-rollback-revision', 'with the revision that was rolled back to');
  onRelease<HistoryFlags>(history, async ([name = ''], flags, warn) => {
    const { helmHistory } = await import('../helm/releases/history.ts');
    return helmHistory(name, flags, warn);
  });
}

function addStatus(parent: Command): void {
  const status = parent
    .command('status')
    .argument('<release>')
    .allowExcessArguments(false)
    .description('Show how a release is');
  addOutputFlag(addClusterFlags(status)).option('--revision <number>', 'of this revision', whole, 0);
  onRelease<StatusFlags>(status, async ([name = ''], flags, warn) => {
    const { helmStatus } = await import('../helm/releases/status.ts');
    return helmStatus(name, flags, warn);
  });
}

const parts: Record<Part, string> = {
  all: 'Print all there is to know about a release',
  hooks: 'Print the hooks of a release',
  manifest: 'Print the manifest of a release',
  metadata: 'Print the metadata of a release',
  notes: 'Print the notes of a release',
  values: 'Print the values of a release',
};

function addGet(parent: Command): void {
  const get = group(parent, 'get', 'Print what a release consists of');
  for (const [part, description] of Object.entries(parts) as [Part, string][]) {
    const command = get
      .command(part)
      .argument('<release>')
      .allowExcessArguments(false)
      .description(description)
      .option('--revision <number>', 'of this revision', whole, 0);
    addClusterFlags(command);
    if (part === 'metadata' || part === 'values') addOutputFlag(command);
    if (part === 'values') command.option('-a, --all', 'with the values of the chart');
    onRelease<GetFlags>(command, async ([name = ''], flags, warn) => {
      const { helmGet } = await import('../helm/releases/get.ts');
      return helmGet(part, name, flags, warn);
    });
  }
}

/** Let a command do its work as the commands of helm do. */
function onRelease<Flags extends object>(
  command: Command,
  act: (
    words: string[],
    flags: Flags & { patience: number; namespace: string; cluster: KubeFlags },
    warn: (message: string) => void,
  ) => Promise<Said>,
): void {
  command.action(async () => {
    const { runHelm } = await import('../helm/run.ts');
    const { timeout: patience, ...cluster } = globalsOf(command);
    await runHelm<Flags>(command, (flags, warn) => act(command.args, { ...flags, patience, cluster }, warn));
  });
}

function whole(text: string): number {
  if (!/^[+-]?\d{1,9}$/.test(text)) throw new InvalidArgumentError(`${text} is no whole number`);
  return Number(text);
}

function truth(text: string): boolean {
  if (['true', 't', '1'].includes(text.toLowerCase())) return true;
  if (['false', 'f', '0'].includes(text.toLowerCase())) return false;
  throw new InvalidArgumentError(`${text} is neither true nor false`);
}
