import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { completeNames } from '../completion/completers.ts';
import { catalog, kindsOf } from '../resources/catalog.ts';
import type { Family, ResourceKind } from '../resources/resource-kind.ts';
import { didYouMean } from './suggest.ts';

/** What Flux has not stands apart in the help. */
export const notOfFlux = 'Commands that Flux has not:';

/** A command that only holds others. By itself it shows what it holds, and that is no failure: as Flux has it. */
export function group(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .allowExcessArguments()
    .action((_, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined)
        throw new CliError(
          `unknown command "${unknown}" for "${pathOf(command)}"${didYouMean(unknown, command)}`,
        );
      command.outputHelp();
    });
}

/** `millrace get sources`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

export interface KindCommands {
  /** Name the commands as `get` does: `kustomizations`, under `sources`. */
  plural: boolean;
  /** What the command does with the kind: `Suspend`. */
  verb: string;
  only?: (kind: ResourceKind) => boolean;
  define(command: Command, kind: ResourceKind): void;
}

/**
 * Add a command for every kind below a verb: `git` below `source`, `kustomization` beside it. Returns the commands
 * of the sources and of what is about images.
 */
export function addKindCommands(
  verb: Command,
  { plural, verb: what, only, define }: KindCommands,
): { sources: Command; images: Command } {
  const add = (parent: Command, kind: ResourceKind) => {
    if (only && !only(kind)) return;
    const named = plural && kind.plural !== undefined;
    const command = parent
      .command(named ? kind.plural! : kind.command)
      .aliases(named ? [...kind.aliases, kind.command] : kind.aliases)
      .description(`${what} ${kind.kind} objects`);
    completeNames(command, kind);
    define(command, kind);
  };
  const addFamily = (family: Family, described: string): Command => {
    const parent = group(verb, plural ? `${family}s` : family, described);
    if (plural) parent.alias(family);
    for (const kind of kindsOf(family)) add(parent, kind);
    return parent;
  };
  const sources = addFamily('source', `${what} sources`);
  if (kindsOf('artifact').some(kind => only?.(kind) ?? true))
    addFamily('artifact', `${what} what makes artifacts`);
  const images = addFamily('image', `${what} what keeps images up to date`);
  for (const kind of catalog) if (!kind.family) add(verb, kind);
  return { sources, images };
}

/** An option that works and is not listed by --help. */
export function hidden(flags: string): Option {
  return new Option(flags).hideHelp();
}

/** An option that takes several values, between commas or by being given several times. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] = []) => [
    ...before,
    ...value.split(',').filter(part => part !== ''),
  ]);
}
