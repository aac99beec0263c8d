import { helmFlags } from '@millrace/helm-controller/flags';
import { automationFlags } from '@millrace/image-automation-controller/flags';
import { reflectorFlags } from '@millrace/image-reflector-controller/flags';
import { kustomizeFlags } from '@millrace/kustomize-controller/flags';
import { notificationFlags } from '@millrace/notification-controller/flags';
import { commonFlags, type Flag, type FlagSet } from '@millrace/process/flags';
import { sourceFlags } from '@millrace/source-controller/flags';
import { watcherFlags } from '@millrace/source-watcher/flags';
import { webFlags } from '@millrace/web/flags';
import { type Command, Option } from 'commander';
import { globalsOf } from '../globals.ts';

/** The flags of all controllers, each once. */
const flags = Object.values<Flag<unknown>>({
  ...commonFlags,
  ...notificationFlags,
  ...sourceFlags,
  ...watcherFlags,
  ...kustomizeFlags,
  ...helmFlags,
  ...reflectorFlags,
  ...automationFlags,
  ...webFlags,
} satisfies FlagSet);

export function addControllersCommands(program: Command): void {
  const controllers = program.command('controllers').description('The controllers');
  const run = controllers
    .command('run')
    .description('Run the controllers against a cluster, until they are interrupted')
    .option(
      '--controllers <names>',
      'some of them: notification,source,source-watcher,kustomize,helm,image-reflector,image-automation; web: the page',
    )
    .option('--data-dir <path>', 'the same as --storage-path')
    .option('--install', 'install the definitions of the kinds first');
  for (const flag of flags) run.addOption(optionOf(flag));
  run.action(async (options, command: Command) => {
    const { runControllers } = await import('../up/run-controllers.ts');
    await runControllers(options, name => given(command, name), globalsOf(command));
  });
}

function optionOf({ name, kind, help, initial }: Flag<unknown>): Option {
  // `--no-x` is a word to commander by itself.
  if (kind === 'boolean' && name.startsWith('no-')) return new Option(`--${name}`, help);
  const value = kind === 'boolean' ? '[boolean]' : `<${kind === 'list' ? 'text' : kind}>`;
  const told =
    kind === 'duration' || initial === '' || kind === 'list' ? help : `${help} (default ${initial})`;
  const option = new Option(`--${name} ${value}`, told);
  if (kind !== 'list') return option;
  return option.argParser<string[]>((text, before) => [...(before ?? []), text]);
}

/** What was written for a flag, as text, or stands in the environment; undefined where it was left out. */
function given(command: Command, name: string): string | string[] | undefined {
  const variable = flags.find(flag => flag.name === name)?.variable;
  return (
    writtenFor(command, name) ?? (variable === undefined ? undefined : process.env[variable] || undefined)
  );
}

function writtenFor(command: Command, name: string): string | string[] | undefined {
  if (name === 'storage-path' && written(command, 'dataDir'))
    return String(command.getOptionValue('dataDir'));
  const negated = name.startsWith('no-');
  const key = camelCase(negated ? name.slice(3) : name);
  if (!written(command, key)) return undefined;
  const value: unknown = command.getOptionValue(key);
  if (Array.isArray(value)) return value.map(String);
  return negated ? String(value === false) : String(value);
}

function written(command: Command, key: string): boolean {
  return command.getOptionValueSource(key) === 'cli';
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
