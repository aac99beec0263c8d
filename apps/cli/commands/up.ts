import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import type { UpOptions } from '../up/options.ts';

export function addUp(program: Command): void {
  program
    .command('up')
    .description(
      'Run the whole loop on this machine: a cluster, the controllers, a Git server with your fleet, and a registry',
    )
    .argument('[fleet]', 'a Git checkout; without it a sample fleet is made, which you can clone and push to')
    .option('--path <path>', 'the folder of the fleet that the cluster follows, such as clusters/staging')
    .option('--data-dir <path>', 'where all state is kept', '.millrace')
    .option('--once', 'end when everything is ready, or cannot become so; the exit code tells which')
    .option('--dirty', 'follow the files as they are saved, not as they are committed')
    .option('--in-memory', 'start from nothing and keep nothing of the cluster')
    .option(
      '--with <file>',
      'objects to apply before the fleet begins, such as the keys of SOPS; may be given several times',
      (file: string, files: string[] = []) => [...files, file],
    )
    .option(
      '--map <url=place>',
      'fetch a repository from elsewhere: a folder, or another URL; may be given several times',
      (mapping: string, mappings: string[] = []) => [...mappings, mapping],
    )
    .option(
      '--notifications <mode>',
      'what becomes of notifications: print shows and keeps them, and nothing leaves the machine; send; off',
      'print',
    )
    .option('--audit-log <file>', 'a line of JSON for each change that a reconcile makes to an object')
    .option('--no-web', 'without the page; also --web=false')
    .option('--metrics-addr <host:port>', 'where metrics are served')
    .option(
      '--bootstrap',
      'in place of the sample, a fresh repository that the cluster manages itself from, as after flux bootstrap',
    )
    .option(
      '--empty',
      'in place of the sample, nothing: the cluster waits for bootstrap github, for which no account is needed',
    )
    .option('--no-cross-namespace-refs', 'tenants: refuse references to other namespaces')
    .option('--no-remote-bases', 'tenants: as always here, load no bases from elsewhere')
    .option(
      '--default-service-account <name>',
      'tenants: whom to impersonate where a Kustomization or HelmRelease names nobody',
    )
    .option('--branch <name>', 'the branch that the fleet follows, where it brings no gotk-sync.yaml', 'main')
    .action(async (fleet: string | undefined, options: UpOptions, command: Command) => {
      const { up } = await import('../up/up.ts');
      process.exitCode = await up(fleet, options, globalsOf(command));
    });
}
