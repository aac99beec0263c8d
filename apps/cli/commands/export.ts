import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { ExportOptions } from '../verbs/export.ts';
import { addKindCommands, group } from './group.ts';

export function addExport(program: Command): void {
  const parent = group(program, 'export', 'Print objects as YAML that can be applied again');
  addKindCommands(parent, {
    plural: false,
    verb: 'Print as YAML',
    define(command, kind) {
      command.argument('[name]', 'which object').option('--all', 'all of the namespace');
      if (kind.secret) command.option('--with-credentials', 'the Secrets that they refer to, too');
      command.action(async (name: string | undefined, options: ExportOptions, self: Command) => {
        const { exportKind } = await import('../verbs/export.ts');
        await exportKind(kind, name, options, globalsOf(self));
      });
    },
  });
}
