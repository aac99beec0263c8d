import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';

export function addControllersCommands(program: Command): void {
  const controllers = program.command('controllers').description('The controllers');
  controllers
    .command('run')
    .description('Run the controllers against a cluster, until they are interrupted')
    .option(
      '--data-dir <path>',
      'where artifacts and copies of repositories are kept',
      '.millrace/controllers',
    )
    .option('--storage-addr <host:port>', 'where artifacts are served', '127.0.0.1:0')
    .option('--storage-adv-addr <host:port>', 'the address of artifacts as others reach it')
    .option('--metrics-addr <host:port>', 'where metrics are served')
    .option('--concurrent <number>', 'how many objects of a kind are reconciled at once', '8')
    .option('--kube-api-qps <number>', 'a limit of requests a second; without it the server limits')
    .option('--no-cross-namespace-refs', 'refuse references to other namespaces')
    .option('--default-service-account <name>', 'whom to impersonate where a Kustomization names nobody')
    .option('--watch-all-namespaces <boolean>', 'false: only the namespace of --namespace', 'true')
    .option('--watch-label-selector <selector>', 'only objects with these labels')
    .option('--log-level <level>', 'debug, info or error', 'info')
    .option('--install', 'install the definitions of the kinds first')
    .action(async (options, command: Command) => {
      const { runControllers } = await import('../up/run-controllers.ts');
      await runControllers(options, globalsOf(command));
    });
}
