import { type Command, Option } from 'commander';
import { globalsOf } from '../globals.ts';
import { durationIn } from '../go-duration.ts';
import { listOption } from './group.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('Check that the cluster can run the controllers, and that they run')
    .option('--pre', 'only whether the cluster can')
    .addOption(listOption('--components <names>', 'accepted as in Flux: what is installed is checked'))
    .addOption(listOption('--components-extra <names>', 'accepted as in Flux: what is installed is checked'))
    .addOption(
      new Option('--poll-interval <duration>', 'accepted as in Flux: changes are watched, not polled')
        .argParser(text => durationIn(text, 'poll-interval'))
        .default('5s'),
    )
    .action(async (options: { pre?: boolean }, self: Command) => {
      const { check } = await import('../verbs/check.ts');
      await check(options, globalsOf(self));
    });
}
