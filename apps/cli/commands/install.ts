import type { Command } from 'commander';
import { globalsOf } from '../globals.ts';
import { withInstallFlags } from '../install/flags.ts';
import type { InstallCommandOptions } from '../install/install.ts';
import type { MigrateOptions } from '../install/migrate.ts';
import type { UninstallOptions } from '../install/uninstall.ts';
import { listOption } from './group.ts';

export function addInstall(program: Command): void {
  withInstallFlags(
    program.command('install').description('Install the controllers in a cluster, or upgrade them'),
  )
    .option('--export', 'print the manifests, and change nothing')
    .action(async (options: InstallCommandOptions, self: Command) => {
      const { install } = await import('../install/install.ts');
      await install(options, globalsOf(self));
    });
}

export function addUninstall(program: Command): void {
  program
    .command('uninstall')
    .description('Remove the controllers and their kinds from a cluster; what they have deployed stays')
    .option('--dry-run', 'only say what would be deleted')
    .option('--keep-namespace', 'leave the namespace')
    .option('-s, --silent', 'ask nothing')
    .action(async (options: UninstallOptions, self: Command) => {
      const { uninstall } = await import('../install/uninstall.ts');
      await uninstall(options, globalsOf(self));
    });
}

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description(
      'Bring objects of the cluster, or manifests of a folder, to the newest versions of their kinds',
    )
    .option('-f, --path <path>', 'manifests: a file, or a folder')
    .addOption(listOption('-e, --extensions <endings>', 'which files of the folder (default .yaml,.yml)'))
    .option('-v, --version <minor>', 'the Flux that the manifests are for: 2.9, 2.8, 2.7, 2.6')
    .option('-y, --yes', 'change manifests without asking')
    .option('--dry-run', 'only say which manifests would be changed')
    .action(async (options: MigrateOptions, self: Command) => {
      const { migrate } = await import('../install/migrate.ts');
      await migrate(options, globalsOf(self));
    });
}
