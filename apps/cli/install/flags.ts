// By themselves: the kinds come with a schema compiler that printing help does not need.
import {
  componentsOf,
  defaultComponents,
  defaultOptions,
  extraComponents,
  type InstallOptions,
  logLevels,
} from '@millrace/installation/options';
import { type WebFlags, webFlags } from '@millrace/web/flags';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { hidden, listOption } from '../commands/group.ts';
import { oneOf } from '../create/flags.ts';
import type { Globals } from '../globals.ts';
import { fluxVersion, version } from '../version.ts';

/** What `install` and `bootstrap` both have, as commander reads it. */
export interface InstallFlags {
  version?: string;
  components?: string[];
  componentsExtra?: string[];
  registry: string;
  registryCreds?: string;
  imagePullSecret?: string;
  watchAllNamespaces: boolean;
  networkPolicy: boolean;
  logLevel: string;
  clusterDomain: string;
  tolerationKeys?: string[];
  force?: boolean;
  manifests?: string;
  single?: boolean;
  webUrl?: string;
  webReadOnly?: boolean;
  oidcIssuerUrl?: string;
  oidcClientId?: string;
  oidcUsernameClaim?: string;
  oidcUsernamePrefix?: string;
  oidcGroupsClaim?: string;
  oidcGroupsPrefix?: string;
}

/** Of the page, those that differ from one cluster to another. The first asks for it. */
const pageFlags = [
  'webUrl',
  'oidcIssuerUrl',
  'oidcClientId',
  'oidcUsernameClaim',
  'oidcUsernamePrefix',
  'oidcGroupsClaim',
  'oidcGroupsPrefix',
] as const satisfies (keyof WebFlags & keyof InstallFlags)[];

export function withInstallFlags(command: Command): Command {
  withOwnFlags(command);
  for (const key of pageFlags) {
    const { name, help } = webFlags[key];
    command.option(
      `--${name} <text>`,
      key === 'webUrl' ? `install the page too: ${help}` : `of the page: ${help}`,
    );
  }
  return command.option('--web-read-only', 'of the page: it changes nothing');
}

function withOwnFlags(command: Command): Command {
  return command
    .option('-v, --version <version>', 'of this program, or of the Flux that it stands for: no others')
    .addOption(listOption('--components <names>', `which controllers (default ${defaultComponents.join()})`))
    .addOption(listOption('--components-extra <names>', `beside those: some of ${extraComponents.join()}`))
    .option('--registry <address>', 'where the image is', defaultOptions.registry)
    .option(
      '--registry-creds <user:password>',
      'the login to the registry, to be kept in the Secret of --image-pull-secret',
    )
    .option('--image-pull-secret <name>', 'the Secret by which the image is pulled')
    .option(
      '--watch-all-namespaces',
      'look at objects of all namespaces, not only of that of the controllers',
      true,
    )
    .addOption(hidden('--no-watch-all-namespaces'))
    .option('--network-policy', 'keep other namespaces from reaching the controllers', true)
    .addOption(hidden('--no-network-policy'))
    .addOption(
      oneOf('--log-level <level>', 'what is logged', logLevels, "unsupported log level '%'").default('info'),
    )
    .option('--cluster-domain <domain>', 'the domain of the cluster', defaultOptions.clusterDomain)
    .addOption(listOption('--toleration-keys <keys>', 'keys of taints that the Pods tolerate'))
    .option('--force', 'also where another tool, such as Helm, has installed Flux')
    .option('--single', 'one Deployment for all controllers')
    .addOption(hidden('--manifests <path>'));
}

/** Throws CliError for what cannot be installed. */
export function installOptionsOf(flags: InstallFlags, { namespace }: Globals): InstallOptions {
  const components = named([...(flags.components ?? defaultComponents), ...(flags.componentsExtra ?? [])]);
  if (flags.single && components.length === 0)
    throw new CliError('--single: name the components that it is to run');
  const { registryCreds, imagePullSecret } = flags;
  if (registryCreds && !imagePullSecret)
    throw new CliError('--registry-creds requires --image-pull-secret to be set');
  if (registryCreds && registryCreds.split(':').length !== 2)
    throw new CliError("invalid --registry-creds format, expected 'user:password'");
  requireVersion(flags.version);
  const { registry, watchAllNamespaces, networkPolicy, clusterDomain } = flags;
  return {
    namespace,
    components,
    registry,
    ...(imagePullSecret ? { imagePullSecret } : {}),
    watchAllNamespaces,
    networkPolicy,
    logLevel: logLevels.find(level => level === flags.logLevel) ?? defaultOptions.logLevel,
    tolerationKeys: flags.tolerationKeys ?? [],
    clusterDomain,
    version: own,
    single: flags.single ?? false,
    web: pageArguments(flags),
  };
}

/** None where no page is asked for. Throws CliError for a page that would not start. */
function pageArguments(flags: InstallFlags): string[] {
  const given = pageFlags.filter(key => flags[key] !== undefined);
  if (!flags.webUrl) {
    const first = given[0] ?? (flags.webReadOnly ? 'webReadOnly' : undefined);
    if (first === undefined) return [];
    throw new CliError(`--${webFlags[first].name} is of the page: --web-url installs it`);
  }
  if (!flags.oidcIssuerUrl || !flags.oidcClientId)
    throw new CliError('--web-url: say by --oidc-issuer-url and --oidc-client-id at whom people log in');
  return [
    ...given.map(key => `--${webFlags[key].name}=${flags[key]}`),
    ...(flags.webReadOnly ? [`--${webFlags.webReadOnly.name}`] : []),
  ];
}

const own = `v${version}`;

function named(names: string[]) {
  try {
    return componentsOf(names);
  } catch (error) {
    throw new CliError((error as Error).message, { cause: error });
  }
}

/** Flux loads the manifests of other versions; what is here is the program's own. */
function requireVersion(wanted: string | undefined): void {
  if (wanted === undefined || wanted === '' || [own, fluxVersion, 'latest'].includes(wanted)) return;
  if (!wanted.startsWith('v')) throw new CliError(`targeted version '${wanted}' must be prefixed with 'v'`);
  throw new CliError(
    `targeted version '${wanted}' is not that of this program, which installs ${own} (Flux ${fluxVersion}): use the millrace of that version`,
  );
}
