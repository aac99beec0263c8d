import {
  bitbucketServer,
  gitea,
  gitHub,
  gitLab,
  type HostedRepository,
  type HostOptions,
  type Permission,
} from '@millrace/git-hosts';
import type { HostFlags } from './flags.ts';

/** What is different from host to host. */
export interface Host {
  command: 'github' | 'gitlab' | 'gitea' | 'bitbucket-server';
  tokenVariable: string;
  /** As the question for a token calls it. */
  title: string;
  /** Of a team that is named without. */
  permission: Permission;
  /** Whether a key of the user's can be the deploy key. */
  takesKey: boolean;
  open(options: HostOptions, signal: AbortSignal): HostedRepository | Promise<HostedRepository>;
  /** Who the token is of, for git: most hosts look at the token alone. */
  username?(flags: HostFlags): string;
}

export const hosts = {
  github: {
    command: 'github',
    tokenVariable: 'GITHUB_TOKEN',
    title: 'GitHub',
    permission: 'maintain',
    takesKey: false,
    open: gitHub,
  },
  gitlab: {
    command: 'gitlab',
    tokenVariable: 'GITLAB_TOKEN',
    title: 'GitLab',
    permission: 'maintain',
    takesKey: true,
    open: gitLab,
  },
  gitea: {
    command: 'gitea',
    tokenVariable: 'GITEA_TOKEN',
    title: 'Gitea',
    permission: 'maintain',
    takesKey: false,
    open: gitea,
  },
  'bitbucket-server': {
    command: 'bitbucket-server',
    tokenVariable: 'BITBUCKET_TOKEN',
    title: 'Bitbucket',
    permission: 'push',
    takesKey: true,
    open: bitbucketServer,
    username: ({ personal, owner, username }) => (personal ? owner : (username ?? 'git')),
  },
} satisfies Record<string, Host>;
