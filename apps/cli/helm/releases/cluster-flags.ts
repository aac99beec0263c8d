import type { Identity } from '@millrace/kube';
import { type Command, Option } from 'commander';
import { CliError } from '../../cli-error.ts';
import { listOption } from '../../commands/group.ts';
import type { KubeFlags } from '../../kube-flags.ts';

/** How helm is told which cluster to talk to, and as whom. */
export interface ClusterFlags {
  /** By the flags that every command has. */
  cluster: KubeFlags;
  kubeContext?: string;
  kubeAsUser?: string;
  kubeAsGroup?: string[];
}

/** A kubeconfig says these too, and does not show them to everybody who lists processes. */
const refused = [
  '--kube-apiserver <address>',
  '--kube-ca-file <file>',
  '--kube-tls-server-name <name>',
  '--kube-token <token>',
  '--kube-insecure-skip-tls-verify',
];

const moot = ['--burst-limit <number>', '--qps <number>', '--color <when>', '--colour <when>'];

export function addClusterFlags(command: Command): Command {
  for (const flags of refused) {
    const flag = flags.split(' ', 1)[0]!;
    command.addOption(new Option(flags).hideHelp()).on(`option:${flag.slice(2)}`, () => {
      throw new CliError(`${flag} is not supported: put it into a kubeconfig`);
    });
  }
  for (const flags of moot) command.addOption(new Option(flags).hideHelp());
  return command
    .option('--kube-context <name>', 'the context of the kubeconfig')
    .option('--kube-as-user <name>', 'act in the name of this user')
    .addOption(listOption('--kube-as-group <names>', 'act in the name of this group'));
}

/** In whose name the cluster is asked. Throws CliError for groups without a user, who would be nobody in particular. */
export function identityOf({ kubeAsUser, kubeAsGroup = [] }: Omit<ClusterFlags, 'cluster'>): Identity {
  if (kubeAsUser === undefined) {
    if (kubeAsGroup.length > 0) throw new CliError('--kube-as-group needs --kube-as-user');
    return 'own';
  }
  return { user: kubeAsUser, ...(kubeAsGroup.length > 0 && { groups: kubeAsGroup }) };
}
