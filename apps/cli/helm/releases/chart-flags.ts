import { type Command, Option } from 'commander';
import { CliError } from '../../cli-error.ts';

/** Where a chart is that does not lie on the disk. */
export interface ChartFlags {
  version?: string;
  devel?: boolean;
  repo?: string;
  username?: string;
  password?: string;
  certFile?: string;
  keyFile?: string;
  caFile?: string;
  insecureSkipTlsVerify?: boolean;
  plainHttp?: boolean;
  passCredentials?: boolean;
  repositoryConfig?: string;
  registryConfig?: string;
}

const refused: Readonly<Record<string, string>> = {
  '--verify': 'the provenance of charts is not verified by this command',
  '--enable-dns': 'templates look no names up here: getHostByName gives an empty text',
};
const refusedValues: Readonly<Record<string, string>> = {
  '--post-renderer <plugin>': 'no plugins are run',
  '--post-renderer-args <arguments>': 'no plugins are run',
};

const moot = [
  ...['--keyring <file>', '--content-cache <folder>', '--repository-cache <folder>'],
  ...['--dependency-update', '--disable-openapi-validation'],
];

export function addChartFlags(command: Command): Command {
  const hide = (flags: string) => new Option(flags).hideHelp();
  for (const [flags, why] of [...Object.entries(refused), ...Object.entries(refusedValues)]) {
    const flag = flags.split(' ', 1)[0]!;
    command.addOption(hide(flags)).on(`option:${flag.slice(2)}`, () => {
      throw new CliError(`${flag} is not supported: ${why}`);
    });
  }
  for (const flags of moot) command.addOption(hide(flags));
  return command
    .option('--version <range>', 'a version of the chart, or a range of them')
    .option('--devel', 'take pre-releases too; ignored where there is a --version')
    .option('--repo <url>', 'the repository that the chart is in')
    .option('--username <name>', 'for the repository')
    .option('--password <password>', 'for the repository')
    .option('--cert-file <file>', 'the client certificate for the repository')
    .option('--key-file <file>', 'its key')
    .option('--ca-file <file>', 'the authority by which the repository is known')
    .option('--insecure-skip-tls-verify', 'do not check the certificate of the repository')
    .option('--plain-http', 'ask a registry over http')
    .option('--pass-credentials', 'give the login to other hosts, where charts lie there')
    .option('--repository-config <file>', 'the repositories that have a name')
    .option('--registry-config <file>', 'logins of registries');
}
