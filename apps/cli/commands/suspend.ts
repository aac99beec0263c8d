import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import { addKindCommands, group } from './group.ts';

export function addSuspend(program: Command): void {
  addKindCommands(group(program, 'suspend', 'Stop reconciling objects until they are resumed'), {
    plural: false,
    verb: 'Suspend',
    only: kind => !kind.readOnly,
    define(command, kind) {
      command
        .argument('[names...]', 'which objects')
        .option('--all', 'all of the namespace')
        .action(async (names: string[], options: { all?: boolean }, self: Command) => {
          const { suspend } = await import('../verbs/suspend.ts');
          await suspend(kind, names, options, globalsOf(self));
        });
    },
  });
}
