import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import { catalog, kindsOf } from '../resources/catalog.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import type { GetOptions } from '../verbs/get-options.ts';
import { addKindCommands, group } from './group.ts';

/** `get all` of Flux leaves out ArtifactGenerators: what they make is there, as ExternalArtifacts. */
const shownTogether = catalog.filter(({ family }) => family !== 'artifact');

export function addGet(program: Command): void {
  const get = group(program, 'get', 'Show objects and how they are');
  const { sources, images } = addKindCommands(get, {
    plural: true,
    verb: 'Show',
    define(command, kind) {
      withOptions(command.argument('[name]', 'only the object of this name'));
      if (kind.source) command.option('--show-source', 'show which source each object takes');
      command.action(async (name: string | undefined, options: GetOptions, self: Command) => {
        const verb = await import('../verbs/get.ts');
        await verb.get(kind, name, options, globalsOf(self));
      });
    },
  });
  addAll(get, shownTogether, 'Show the objects of all kinds, but for those that only make sources');
  addAll(sources, kindsOf('source'), 'Show the sources of all kinds');
  addAll(images, kindsOf('image'), 'Show all objects about images');
}

function addAll(parent: Command, kinds: readonly ResourceKind[], description: string): void {
  withOptions(
    parent.command('all').description(description).argument('[name]', 'only objects of this name'),
  ).action(async (name: string | undefined, options: GetOptions, self: Command) => {
    const verb = await import('../verbs/get.ts');
    await verb.getAll(kinds, name, options, globalsOf(self));
  });
}

function withOptions(command: Command): Command {
  return command
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('-w, --watch', 'go on and show every change')
    .option('-l, --label-selector <selector>', 'only objects with these labels')
    .option('--status-selector <condition>', 'only objects with this condition: ready=false, ready!=true')
    .option('--no-header', 'without the line of headings')
    .option('-o, --output <format>', 'wide, json, yaml or name instead of the table');
}
