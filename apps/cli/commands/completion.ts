import type { Command } from 'commander';
import { shells } from '../completion/scripts.ts';
import { print } from '../output/print.ts';
import { group, pathOf } from './group.ts';

export function addCompletion(program: Command): void {
  const completion = group(program, 'completion', 'Print a script that completes commands, flags and names');
  for (const shell of shells) {
    completion
      .command(shell)
      .description(`Print the script for ${shell}`)
      .action(async () => {
        const { completionScript } = await import('../completion/scripts.ts');
        print(completionScript(shell, pathOf(program)), '');
      });
  }
}
