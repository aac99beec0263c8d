import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { ReconcileOptions } from '../verbs/reconcile.ts';
import { addKindCommands, group } from './group.ts';

export function addReconcile(program: Command): void {
  addKindCommands(group(program, 'reconcile', 'Reconcile an object now, and wait for its end'), {
    plural: false,
    verb: 'Reconcile',
    only: kind => !kind.readOnly && !kind.inert,
    define(command, kind) {
      command.argument('[name]', 'which object');
      if (kind.source) command.option('--with-source', 'reconcile its source first');
      if (kind.releases)
        command
          .option('--force', 'install or upgrade once, also where nothing has changed')
          .option('--reset', 'forget how often it has failed');
      command.action(async (name: string | undefined, options: ReconcileOptions, self: Command) => {
        const { reconcile } = await import('../verbs/reconcile.ts');
        await reconcile(kind, name, options, globalsOf(self));
      });
    },
  });
}
