import type { Command } from 'commander';
import { tell } from '../output/print.ts';
import { pathOf } from './group.ts';
import { didYouMean } from './suggest.ts';

/** `help get kustomizations`: the same as `get kustomizations --help`. */
export function addHelp(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .argument('[command...]', 'the words of the command')
    .description('Show what a command does, and its flags')
    .action((words: string[]) => {
      const { command, rest } = find(program, words);
      // What goes wrong ends with 0, as with cobra: help was asked for, and is given.
      if (rest !== undefined && command.commands.length > 0)
        tell.failure(`unknown command "${rest}" for "${pathOf(command)}"${didYouMean(rest, command)}`);
      command.outputHelp();
    });
}

/** The command that the words lead to, and the first word that leads nowhere. */
function find(program: Command, words: readonly string[]): { command: Command; rest: string | undefined } {
  let command = program;
  for (const word of words) {
    const child = command.commands.find(one => one.name() === word || one.aliases().includes(word));
    if (!child) return { command, rest: word };
    command = child;
  }
  return { command, rest: undefined };
}
