import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import { addKindCommands, group } from './group.ts';

export function addDelete(program: Command): void {
  const parent = group(program, 'delete', 'Delete objects').option('-s, --silent', 'do not ask');
  addKindCommands(parent, {
    plural: false,
    verb: 'Delete',
    only: kind => !kind.readOnly,
    define(command, kind) {
      command
        .argument('[name]', 'which object')
        .action(async (name: string | undefined, _, self: Command) => {
          const { deleteObject } = await import('../verbs/delete.ts');
          await deleteObject(
            kind,
            name,
            { silent: parent.opts<{ silent?: boolean }>().silent ?? false },
            globalsOf(self),
          );
        });
    },
  });
}
