import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { VersionOptions } from '../verbs/version.ts';

export function addVersion(program: Command): void {
  program
    .command('version')
    .allowExcessArguments()
    .description('Show the versions of this program and of the controllers')
    .option('--client', 'only of this program')
    .option('-o, --output <format>', 'yaml or json', 'yaml')
    .action(async (options: VersionOptions, self: Command) => {
      const { version } = await import('../verbs/version.ts');
      await version(options, globalsOf(self));
    });
}
