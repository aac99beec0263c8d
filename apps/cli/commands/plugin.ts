import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { installedPlugins, type Plugin } from '../plugin/folder.ts';
import { group } from './group.ts';

const load = () => import('../plugin/plugins.ts');

/** `plugin`, and a command for each plugin that is installed. */
export function addPlugins(program: Command): void {
  const parent = group(
    program,
    'plugin',
    'Manage plugins: programs called flux-NAME that run as the command NAME',
  );
  const commands = () =>
    program.commands.filter(one => one.helpGroup() !== pluginGroup).map(one => one.name());
  parent
    .command('install')
    .description('Install a plugin of the catalog')
    .argument('<name>', 'NAME, NAME@VERSION or NAME@sha256:DIGEST')
    .allowExcessArguments(false)
    .action(async (name: string) => (await load()).installNamed(name));
  parent
    .command('list')
    .alias('ls')
    .description('Show the plugins that are installed')
    .action(async () => (await load()).listPlugins(commands()));
  parent
    .command('search')
    .description('Show what the catalog has')
    .argument('[query...]', 'a part of a name or of a description')
    .action(async (words: string[]) => (await load()).searchPlugins(atMostOne(words)));
  parent
    .command('uninstall')
    .alias('delete')
    .description('Remove a plugin')
    .argument('<name>', 'which plugin')
    .allowExcessArguments(false)
    .action(async (name: string) => (await load()).uninstallNamed(name));
  parent
    .command('update')
    .alias('upgrade')
    .description('Update one plugin, or all')
    .argument('[name...]', 'which plugin')
    .action(async (names: string[]) => (await load()).updatePlugins(atMostOne(names), commands()));
  for (const { name } of installedPlugins(commands()))
    program.command(name).description(`Run the plugin ${name}`).helpGroup(pluginGroup);
}

const pluginGroup = 'Plugin Commands:';

function atMostOne(words: string[]): string | undefined {
  if (words.length > 1) throw new CliError(`accepts at most 1 arg(s), received ${words.length}`);
  return words[0];
}

/** The plugin that a command line is for. */
export function pluginOf(program: Command, [word]: string[]): Plugin | undefined {
  const command = program.commands.find(one => one.name() === word);
  if (command?.helpGroup() !== pluginGroup) return undefined;
  return installedPlugins([]).find(({ name }) => name === word);
}
