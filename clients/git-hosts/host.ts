export type Visibility = 'private' | 'internal' | 'public';

/** What a team may do with a repository, in the words of GitHub. */
export const permissions = ['pull', 'triage', 'push', 'maintain', 'admin'] as const;
export type Permission = (typeof permissions)[number];

/** A key of SSH that opens one repository. */
export interface DeployKey {
  name: string;
  /** A line as of `authorized_keys`. */
  key: string;
  readOnly: boolean;
}

/** How a repository is reached. */
export type Transport = 'https' | 'ssh';

/** The first branch of a repository that we make, whatever branch is used. */
export const defaultBranch = 'main';

/** Where a repository is, or is to be, and who asks. */
export interface HostOptions {
  /** A name with its port, or a URL; that of the public service where there is one. */
  hostname: string;
  /** A user where it is personal, else an organization, a group or a project. */
  owner: string;
  repository: string;
  personal: boolean;
  token: string;
  /** PEM of the authority of a host of one's own. */
  ca?: string | undefined;
}

/** A repository at a host, whether it is there or not. All that asks the host throws HostError. */
export interface HostedRepository {
  /** As the user names the host. */
  readonly host: string;
  /** How people call it: `https://github.com/owner/name`. */
  readonly url: string;
  cloneUrl(transport: Transport): string;
  /** Undefined where it is not there, or not shown to us. */
  visibility(): Promise<Visibility | undefined>;
  /** Make it, without a commit. */
  create(visibility: Visibility): Promise<void>;
  show(visibility: Visibility): Promise<void>;
  /** What a team may do; undefined where that is nothing. */
  permissionOf(team: string): Promise<Permission | undefined>;
  grant(team: string, permission: Permission): Promise<void>;
  deployKeys(): Promise<(DeployKey & { id: string })[]>;
  addDeployKey(key: DeployKey): Promise<void>;
  removeDeployKey(id: string): Promise<void>;
  /** Where the host has tokens of a repository. */
  readonly deployTokens?: DeployTokens;
  /** Called when the branch has come to be, where a host does not make the first one the default. */
  makeDefault?(branch: string): Promise<void>;
}

export interface DeployTokens {
  /** Those that are good, by their name. */
  list(): Promise<{ id: string; name: string; username: string }[]>;
  create(name: string): Promise<{ username: string; token: string }>;
  remove(id: string): Promise<void>;
}
