import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../cli-error.ts';

/** Flags of Helm 4.3 that say how to reach a cluster, none of which is asked here. */
const connection = {
  switches: ['--kube-insecure-skip-tls-verify'],
  values: [
    ...['--burst-limit', '--color', '--colour', '--kube-apiserver', '--kube-as-group', '--kube-as-user'],
    ...['--kube-ca-file', '--kube-context', '--kube-tls-server-name', '--kube-token', '--qps'],
  ],
};

/** Flags that 'helm template' shares with 'helm install': nothing is installed, so they change nothing. */
const installation = [
  ...['--atomic', '--create-namespace', '--force'],
  ...[
    '--force-conflicts',
    '--force-replace',
    '--hide-notes',
    '--replace',
    '--rollback-on-failure',
    '--server-side',
  ],
  ...['--skip-crds', '--take-ownership', '--wait-for-jobs'],
];

const noCluster = 'manifests are not shown to a cluster here; use `kubectl apply --dry-run=server`';

/**
 * Add the flags of helm that scripts give and that have no say here: those that change nothing are taken and say
 * nothing, those that would change what is printed are refused with the reason.
 */
export function addOtherFlags(command: Command, { installs }: { installs: boolean }): Command {
  const take = (flags: string): Option => new Option(flags).hideHelp();
  for (const flag of connection.switches) command.addOption(take(flag));
  for (const flag of connection.values) command.addOption(take(`${flag} <value>`));
  command.addOption(take('--validate')).on('option:validate', () => {
    throw new CliError(`--validate is not supported: ${noCluster}`);
  });
  return installs ? addInstallation(command, take) : command;
}

function addInstallation(command: Command, take: (flags: string) => Option): Command {
  for (const flag of installation) command.addOption(take(flag));
  return command
    .addOption(take('--description <text>'))
    .addOption(take('-l, --labels <labels>').argParser(labels))
    .addOption(take('--wait [strategy]').argParser(oneOf('watcher', 'hookOnly', 'legacy', 'true', 'false')))
    .addOption(take('--dry-run [where]').argParser(oneOf('client', 'none', 'true', 'false')));
}

function labels(text: string): string {
  const odd = text.split(',').find(pair => pair !== '' && !pair.includes('='));
  if (odd === undefined) return text;
  throw new InvalidArgumentError(`${odd} must be formatted as key=value`);
}

function oneOf(...choices: string[]): (text: string) => string {
  return text => {
    if (choices.includes(text)) return text;
    throw new InvalidArgumentError(`Allowed choices are ${choices.slice(0, -2).join(', ')}.`);
  };
}
