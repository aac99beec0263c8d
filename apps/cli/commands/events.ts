import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { EventsOptions } from '../verbs/events.ts';
import { listOption } from './group.ts';

export function addEvents(program: Command): void {
  program
    .command('events')
    .description('Show what happened to objects, the oldest first')
    .option('-A, --all-namespaces', 'in all namespaces')
    .option('-w, --watch', 'go on and show every event as it comes')
    .option('--for <kind[/name]>', 'only of one kind or object; with a name, of its source too')
    .addOption(listOption('--types <types>', 'only events of these types: Normal, Warning'))
    .action(async (options: EventsOptions, self: Command) => {
      const { events } = await import('../verbs/events.ts');
      await events(options, globalsOf(self));
    });
}
