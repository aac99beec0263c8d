import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../cli-error.ts';

/** Flags of Helm 4.3 that say how to reach a cluster, a registry or a repository, none of which is asked here. */
const connection = {
  switches: [
    '--insecure-skip-tls-verify',
    '--kube-insecure-skip-tls-verify',
    '--pass-credentials',
    '--plain-http',
  ],
  values: [
    ...['--burst-limit', '--ca-file', '--cert-file', '--color', '--colour', '--content-cache', '--key-file'],
    ...[
      '--keyring',
      '--kube-apiserver',
      '--kube-as-group',
      '--kube-as-user',
      '--kube-ca-file',
      '--kube-context',
    ],
    ...['--kube-tls-server-name', '--kube-token', '--password', '--qps', '--registry-config'],
    ...['--repository-cache', '--repository-config', '--username'],
  ],
};

/** Flags that 'helm template' shares with 'helm install': nothing is installed, so they change nothing. */
const installation = [
  ...[
    '--atomic',
    '--create-namespace',
    '--dependency-update',
    '--devel',
    '--disable-openapi-validation',
    '--force',
  ],
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

/** Flags that would have to change what is printed, and why they cannot. */
const refused: Readonly<Record<string, string>> = {
  '--validate': 'manifests are not shown to a cluster here; use `kubectl apply --dry-run=server`',
  '--enable-dns': 'templates look no names up here: getHostByName gives an empty text',
  '--verify': 'the provenance of charts is not verified by this command',
};
const refusedValues: Readonly<Record<string, string>> = {
  '--repo <url>': 'charts are read from the disk; fetch the chart first',
  '--post-renderer <plugin>': 'no plugins are run; pipe the output into the post-renderer',
  '--post-renderer-args <arguments>': 'no plugins are run; pipe the output into the post-renderer',
};

/**
 * Add the flags of helm that scripts give and that have no say here: those that change nothing are taken and say
 * nothing, those that would change what is printed are refused with the reason.
 */
export function addOtherFlags(command: Command, { installs }: { installs: boolean }): Command {
  const take = (flags: string): Option => new Option(flags).hideHelp();
  for (const flag of connection.switches) command.addOption(take(flag));
  for (const flag of connection.values) command.addOption(take(`${flag} <value>`));
  for (const [flag, why] of Object.entries(refused)) {
    command.addOption(take(flag)).on(`option:${flag.slice(2)}`, () => refuse(flag, why));
  }
  for (const [flags, why] of Object.entries(refusedValues)) {
    const flag = flags.split(' ', 1)[0]!;
    command.addOption(take(flags)).on(`option:${flag.slice(2)}`, () => refuse(flag, why));
  }
  command.addOption(take('--version <range>'));
  return installs ? addInstallation(command, take) : command.addOption(take('--devel'));
}

function addInstallation(command: Command, take: (flags: string) => Option): Command {
  for (const flag of installation) command.addOption(take(flag));
  return command
    .addOption(take('--description <text>'))
    .addOption(take('-l, --labels <labels>').argParser(labels))
    .addOption(take('--wait [strategy]').argParser(oneOf('watcher', 'hookOnly', 'legacy', 'true', 'false')))
    .addOption(take('--dry-run [where]').argParser(oneOf('client', 'none', 'true', 'false')));
}

function refuse(flag: string, why: string): never {
  throw new CliError(`${flag} is not supported: ${why}`);
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
