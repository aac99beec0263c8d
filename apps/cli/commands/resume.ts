import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { ResumeOptions } from '../verbs/resume.ts';
import { addKindCommands, group, hidden } from './group.ts';

export function addResume(program: Command): void {
  addKindCommands(group(program, 'resume', 'Reconcile suspended objects again'), {
    plural: false,
    verb: 'Resume',
    only: kind => !kind.readOnly,
    define(command, kind) {
      command
        .argument('[names...]', 'which objects')
        .option('--all', 'all of the namespace')
        .option('--wait', 'wait until they are reconciled; with one name that is the default')
        .addOption(hidden('--no-wait')) // what --wait=false becomes
        .action(async (names: string[], options: ResumeOptions, self: Command) => {
          const { resume } = await import('../verbs/resume.ts');
          await resume(kind, names, options, globalsOf(self));
        });
    },
  });
}
