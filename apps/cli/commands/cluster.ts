import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';

interface ClusterOptions {
  dataDir: string;
  inMemory?: boolean;
  allApis?: boolean;
  port?: string;
}

export function addClusterCommands(program: Command): void {
  const cluster = program.command('cluster').description('The embedded Kubernetes API');
  cluster
    .command('start')
    .description('Run the embedded Kubernetes API by itself, until it is interrupted')
    .option('--data-dir <path>', 'where its state is kept', '.millrace/cluster')
    .option('--in-memory', 'keep nothing: the cluster ends with the process')
    .option(
      '--port <number>',
      'the port on loopback; by default the one of the last start, or any that is free',
    )
    .action(async (options: ClusterOptions, command: Command) => {
      const { startEmbedded } = await import('../up/start-embedded.ts');
      const { kubeconfig } = globalsOf(command);
      await startEmbedded({ ...options, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
    });
}
