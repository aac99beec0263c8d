import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { LogsOptions } from '../verbs/logs.ts';

export function addLogs(program: Command): void {
  program
    .command('logs')
    .description('Show what the controllers write')
    .option('-A, --all-namespaces', 'about the objects of all namespaces')
    .option('-f, --follow', 'go on with what is written')
    .option('--level <level>', 'only this level: debug, info or error')
    .option('--kind <kind>', 'only about objects of this kind')
    .option('--name <name>', 'only about objects of this name')
    .option('--since <duration>', 'only what is newer: 5s, 2m, 3h')
    .option('--since-time <time>', 'only what is newer than this time (RFC 3339)')
    .option('--tail <lines>', 'only so many of the last lines')
    .option('--flux-namespace <name>', 'where the controllers run', 'flux-system')
    .option('--data-dir <path>', 'of the "millrace up" whose controllers are meant')
    .action(async (options: LogsOptions, self: Command) => {
      const { logs } = await import('../verbs/logs.ts');
      await logs(options, globalsOf(self));
    });
}
