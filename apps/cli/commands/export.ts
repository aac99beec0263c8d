import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { ExportOptions } from '../verbs/export.ts';
import { addKindCommands, group } from './group.ts';

export function addExport(program: Command): void {
  const verb = group(program, 'export', 'Print objects as YAML that can be applied again');
  const { sources } = addKindCommands(verb, {
    plural: false,
    verb: 'Print as YAML',
    define(command, kind) {
      command.argument('[name]', 'which object').option('--all', 'all of the namespace');
      command.action(async (name: string | undefined, _, self: Command) => {
        const { exportKind } = await import('../verbs/export.ts');
        await exportKind(kind, name, self.optsWithGlobals<ExportOptions>(), globalsOf(self));
      });
    },
  });
  sources.option('--with-credentials', 'the Secrets that they refer to, too');
}
