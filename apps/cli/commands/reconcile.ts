import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import { addKindCommands, group } from './group.ts';

export function addReconcile(program: Command): void {
  addKindCommands(group(program, 'reconcile', 'Reconcile an object now, and wait for its end'), {
    plural: false,
    verb: 'Reconcile',
    define(command, kind) {
      command.argument('[name]', 'which object');
      if (kind.source) command.option('--with-source', 'reconcile its source first');
      command.action(async (name: string | undefined, options: { withSource?: boolean }, self: Command) => {
        const { reconcile } = await import('../verbs/reconcile.ts');
        await reconcile(kind, name, options, globalsOf(self));
      });
    },
  });
}
