import type { Remote } from '@millrace/git';
import type { DeployKey, HostedRepository, Permission, Visibility } from '@millrace/git-hosts';
import type { Sign } from '@millrace/git-signature';
import type { InstallOptions } from '@millrace/installation/options';
import type { BootstrapFlags } from './flags.ts';

/** What a bootstrap is to do, when its flags are read and its files found. */
export interface Plan {
  flags: BootstrapFlags;
  install: InstallOptions;
  /** The repository as it is reached from here. */
  remote: Remote;
  /** The same, as the cluster reaches it. */
  syncUrl: string;
  /** Who the cluster is to the Git server, where that needs no Secret. */
  provider?: 'aws';
  sign: Sign | undefined;
  access: Access;
  /** Where a host is asked for the repository. */
  host?: AtHost;
  /** Called with the key that the repository has to let in. */
  letIn(publicKey: string): Promise<void>;
}

/** How the cluster is let into the repository. */
export type Access =
  | { kind: 'login'; username: string; password: string; ca?: string | undefined }
  | { kind: 'bearer token'; token: string; ca?: string | undefined }
  /** One that the host makes. */
  | { kind: 'deploy token'; ca?: string | undefined }
  /** A key of SSH: a new one, unless the flags name one. */
  | { kind: 'key'; host: string; password?: string | undefined };

export interface AtHost {
  repository: HostedRepository;
  visibility: Visibility;
  /** Whether a repository that is there already is made so too. */
  reconcile: boolean;
  teams: { name: string; permission: Permission }[];
  readOnly: boolean;
}

/** The name that a key has at the host: of what it is for. */
export function deployName({ flags, install }: Pick<Plan, 'flags' | 'install'>): string {
  return [install.namespace, flags.branch, flags.secretName, flags.path].filter(part => part).join('-');
}

export function deployKeyOf(plan: Plan, key: string): DeployKey {
  return { name: deployName(plan), key, readOnly: plan.host?.readOnly ?? true };
}
