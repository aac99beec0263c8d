import type { Command } from 'commander';
import { completeNames } from '../completion/completers.ts';
import { globalsOf } from '../globals.ts';
import { findKind } from '../resources/catalog.ts';
import type { TreeOptions } from '../verbs/tree.ts';
import { group } from './group.ts';

export function addTree(program: Command): void {
  const parent = group(program, 'tree', 'Show what an object has applied');
  const kustomization = parent
    .command('kustomization')
    .alias('ks')
    .description('Show what a Kustomization has applied, and the Kustomizations among that')
    .argument('[name]', 'which Kustomization')
    .option('--compact', "only objects of Flux's kinds")
    .option('-o, --output <format>', 'json or yaml instead of the drawing')
    .action(async (name: string | undefined, options: TreeOptions, self: Command) => {
      const { tree } = await import('../verbs/tree.ts');
      await tree(name, options, globalsOf(self));
    });
  completeNames(kustomization, findKind('Kustomization')!);
  const generator = group(parent, 'artifact', 'Show the artifacts that an object has made')
    .command('generator')
    .description('Show the artifacts that an ArtifactGenerator has made')
    .argument('<name>', 'which ArtifactGenerator')
    .allowExcessArguments(false)
    .option('-o, --output <format>', 'json or yaml instead of the drawing')
    .action(async (name: string, options: TreeOptions, self: Command) => {
      const { treeOfArtifacts } = await import('../verbs/tree.ts');
      await treeOfArtifacts(name, options, globalsOf(self));
    });
  completeNames(generator, findKind('ArtifactGenerator')!);
}
