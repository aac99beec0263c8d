import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('Check that the cluster can run the controllers, and that they run')
    .option('--pre', 'only whether the cluster can')
    .action(async (options: { pre?: boolean }, self: Command) => {
      const { check } = await import('../verbs/check.ts');
      await check(options, globalsOf(self));
    });
}
