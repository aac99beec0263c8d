import type { WaitStrategy } from '@millrace/releases';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { HelmCommandError } from '../helm-error.ts';
import type { ValueOptions } from '../value-flags.ts';
import type { ChartFlags } from './chart-flags.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import type { Format } from './print.ts';

/** What waits and writes. */
export interface ActionFlags extends ClusterFlags {
  namespace: string;
  /** Milliseconds for each wait. */
  patience: number;
  /** Without hooks where it is false. */
  hooks: boolean;
  wait?: WaitStrategy;
  waitForJobs?: boolean;
  description?: string;
  forceReplace?: boolean;
  force?: boolean;
  forceConflicts?: boolean;
  dryRun?: DryRun;
}

/** What installs and upgrades. */
export interface DeployFlags extends ActionFlags, ChartFlags, ValueOptions {
  output: Format;
  createNamespace?: boolean;
  rollbackOnFailure?: boolean;
  atomic?: boolean;
  skipCrds?: boolean;
  renderSubchartNotes?: boolean;
  hideNotes?: boolean;
  hideSecret?: boolean;
  skipSchemaValidation?: boolean;
  takeOwnership?: boolean;
  labels?: Record<string, string>;
}

export type DryRun = 'none' | 'client' | 'server';

export function addOutputFlag(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to print')
      .choices(['table', 'json', 'yaml'])
      .default('table' satisfies Format),
  );
}

export function addWaitFlag(command: Command): Command {
  return command.addOption(
    new Option(
      '--wait [strategy]',
      'wait until all is ready: watcher, legacy, or hookOnly, which is the default',
    ).argParser(waitStrategy),
  );
}

/** Flags of whatever writes objects. */
export function addActionFlags(command: Command): Command {
  return addWaitFlag(command)
    .option('--wait-for-jobs', 'with --wait, wait for Jobs to end too')
    .option('--no-hooks', 'run no hooks')
    .option('--description <text>', 'in place of the usual description')
    .addOption(
      new Option('--force-replace', 'put objects in the place of those that are there').conflicts(
        'forceConflicts',
      ),
    )
    .addOption(deprecated('--force', '--force-replace').conflicts('forceConflicts'))
    .option('--force-conflicts', 'take fields that others own')
    .addOption(new Option('--dry-run [how]', 'write nothing: none, client, or server').argParser(dryRun));
}

/** Flags of whatever makes a release of a chart. */
export function addDeployFlags(command: Command): Command {
  return addOutputFlag(addActionFlags(command))
    .option('--create-namespace', 'create the namespace of the release if there is none')
    .option('--rollback-on-failure', 'undo what has failed; waits, as --wait does')
    .addOption(deprecated('--atomic', '--rollback-on-failure'))
    .option('--skip-crds', 'install no definitions')
    .option('--render-subchart-notes', 'with the notes of subcharts')
    .option('--hide-notes', 'print no notes')
    .option('--hide-secret', 'with --dry-run, print no Secrets')
    .option('--skip-schema-validation', 'do not hold the values against values.schema.json')
    .option('--take-ownership', 'objects that others have made become those of the release')
    .addOption(new Option('-l, --labels <labels>', 'labels of the record: key=value,…').argParser(labels));
}

function deprecated(flag: string, instead: string): Option {
  return new Option(flag).hideHelp().argParser(() => {
    console.error(`Flag ${flag} has been deprecated, use ${instead} instead`);
    return true;
  });
}

function waitStrategy(text: string): WaitStrategy {
  switch (text) {
    case 'watcher':
    case 'legacy':
    case 'hookOnly':
      return text;
    case 'true':
      return 'watcher';
    case 'false':
      return 'hookOnly';
  }
  throw new InvalidArgumentError(
    `invalid wait input "${text}". Valid inputs are watcher, hookOnly, and legacy`,
  );
}

function dryRun(text: string): DryRun {
  switch (text) {
    case 'none':
    case 'client':
    case 'server':
      return text;
    case 'true':
      return 'client';
    case 'false':
      return 'none';
  }
  throw new InvalidArgumentError(`invalid dry-run value ("${text}"). Must be "none", "server", or "client"`);
}

function labels(text: string, before: Record<string, string> = {}): Record<string, string> {
  const all = { ...before };
  for (const pair of text.split(',').filter(part => part !== '')) {
    const equals = pair.indexOf('=');
    if (equals < 0) throw new InvalidArgumentError(`${pair} must be formatted as key=value`);
    all[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return all;
}

/** What Helm writes on records itself. */
const reserved = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'];

/** Throws HelmCommandError for flags that cannot be. */
export function requireSound({ hideSecret, dryRun = 'none', labels = {} }: DeployFlags): void {
  if (hideSecret && dryRun === 'none')
    throw new HelmCommandError('hiding Kubernetes secrets requires a dry-run mode');
  if (reserved.some(name => Object.hasOwn(labels, name)))
    throw new HelmCommandError(
      `user supplied labels contains system reserved label name. System labels: [${reserved.join(' ')}]`,
    );
}

/** Rule: --rollback-on-failure waits, whatever is said of waiting. */
export function waitOf({ wait, rollbackOnFailure, atomic }: DeployFlags): WaitStrategy {
  const chosen = wait ?? 'hookOnly';
  return chosen === 'hookOnly' && (rollbackOnFailure || atomic) ? 'watcher' : chosen;
}
