import { type Command, Option } from 'commander';
import type { GitFlags, HostFlags } from '../bootstrap/flags.ts';
import { safePath } from '../bootstrap/safe-path.ts';
import { CliError } from '../cli-error.ts';
import { withKeyOptions } from '../create/flags.ts';
import { globalsOf } from '../globals.ts';
import { durationIn } from '../go-duration.ts';
import { withInstallFlags } from '../install/flags.ts';
import { group, hidden, listOption } from './group.ts';

export function addBootstrap(program: Command): void {
  const bootstrap = group(program, 'bootstrap', 'Let a cluster manage itself from a Git repository');
  withCommonOptions(bootstrap);
  addGit(bootstrap);
  addGitHub(bootstrap);
  addGitLab(bootstrap);
  addGitea(bootstrap);
  addBitbucketServer(bootstrap);
}

function withCommonOptions(command: Command): void {
  withKeyOptions(withInstallFlags(command))
    .option('--branch <name>', 'the branch that holds the manifests', 'main')
    .option('--recurse-submodules', 'the cluster fetches submodules too')
    .addOption(listOption('--sparse-checkout <folders>', 'the cluster fetches these folders only'))
    .option('--token-auth', 'the cluster uses the token, and no deploy key')
    .option('--secret-name <name>', 'the Secret with what lets the cluster in', 'flux-system')
    .option('--ssh-hostname <host>', 'where SSH answers, if that is another host or port')
    .addOption(listOption('--ssh-hostkey-algos <names>', 'the algorithms for keys of SSH hosts'))
    .option('--ca-file <file>', 'the authority of the Git server')
    .option('--private-key-file <file>', 'for SSH, in the place of a new key')
    .option('--author-name <name>', 'who commits', 'Flux')
    .option('--author-email <address>', 'their address', '')
    .option('--gpg-key-ring <file>', 'a key ring of OpenPGP with the key that signs commits')
    .option('--gpg-passphrase <text>', 'of that key')
    .option('--gpg-key-id <id>', 'which key of the ring, if not the first')
    .option('--ssh-signing-key-file <file>', 'the key of SSH that signs commits')
    .option('--ssh-signing-password <text>', 'of that key')
    .addOption(hidden('--ssh-signing-passphrase <text>'))
    .option('--ssh-signing-reuse-private-key', 'the key of --private-key-file signs commits')
    .option('--commit-message-appendix <text>', 'stands at the end of commit messages, such as [ci skip]');
}

/** What each of them has for itself. */
function withOwnOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--interval <duration>', 'how often the cluster looks for commits')
        .argParser(text => durationIn(text))
        .default('1m0s'),
    )
    .addOption(
      new Option('--path <path>', 'the folder that the cluster follows, from the root of the repository')
        .argParser(safePath)
        .default(''),
    );
}

function addGit(parent: Command): void {
  withOwnOptions(parent.command('git').description('From a repository of any Git server'))
    .option('--url <url>', 'where the repository is', '')
    .option('-u, --username <name>', 'the login', 'git')
    .option('-p, --password <text>', 'its password, or of the private key; by default $GIT_PASSWORD')
    .option('-s, --silent', 'the deploy key is known to the server: ask nothing')
    .option('--allow-insecure-http', 'also over HTTP, which keeps nothing secret')
    .option('--with-bearer-token', 'the password is a token for the header Authorization')
    .action(async (_, self: Command) => {
      const { bootstrapGit } = await import('../bootstrap/plain-git.ts');
      await bootstrapGit(self.optsWithGlobals<GitFlags>(), globalsOf(self));
    });
}

function addGitHub(parent: Command): void {
  const hostname = process.env.MILLRACE_GITHUB || 'github.com';
  const command = withHostOptions(parent, 'github', 'From a repository at GitHub, which is made if missing');
  privateOption(command)
    .addOption(listOption('--team <slug:access>', 'teams that get access; maintain, unless it is said'))
    .option('--hostname <host>', 'the host; $MILLRACE_GITHUB names another default', hostname);
}

function addGitLab(parent: Command): void {
  withHostOptions(parent, 'gitlab', 'From a project at GitLab, which is made if missing')
    .addOption(hidden('--private').default(true))
    .addOption(hidden('--no-private'))
    .addOption(listOption('--team <group:access>', 'groups that get access; maintain, unless it is said'))
    .addOption(
      new Option('--visibility <name>', 'who sees the project: public, internal, private')
        .argParser(visibility)
        .default('private'),
    )
    .option('--deploy-token-auth', 'the cluster uses a deploy token of the project')
    .option('--hostname <host>', 'the host', 'gitlab.com');
}

function visibility(text: string): string {
  if (['public', 'internal', 'private'].includes(text)) return text;
  throw new CliError(`invalid argument "${text}" for "--visibility" flag: unsupported visibility '${text}'`);
}

function addGitea(parent: Command): void {
  const command = withHostOptions(
    parent,
    'gitea',
    'From a repository at Gitea or Forgejo, which is made if missing',
  );
  privateOption(command)
    .addOption(listOption('--team <name:access>', 'teams that get access'))
    .option('--hostname <host>', 'the host', 'gitea.com');
}

function addBitbucketServer(parent: Command): void {
  const command = withHostOptions(
    parent,
    'bitbucket-server',
    'From a repository at Bitbucket Server, which is made if missing',
  );
  privateOption(command)
    .addOption(listOption('--group <name:access>', 'groups that get access; push, unless it is said'))
    .option('-u, --username <name>', 'whose token it is', 'git')
    .option('--hostname <host>', 'the host', '');
}

function privateOption(command: Command): Command {
  return command.option('--private', 'the repository is private', true).addOption(hidden('--no-private'));
}

type HostCommand = 'github' | 'gitlab' | 'gitea' | 'bitbucket-server';

function withHostOptions(parent: Command, name: HostCommand, description: string): Command {
  return withOwnOptions(parent.command(name).description(description))
    .option('--owner <name>', 'the user, or the organization, group or project', '')
    .option('--repository <name>', 'the repository', '')
    .option('--personal', 'the owner is a user')
    .option('--read-write-key', 'the deploy key lets push')
    .option('--reconcile', 'a repository that is there is made as the flags say')
    .action(async (_, self: Command) => {
      if (name === 'gitlab' && self.getOptionValueSource('private') === 'cli')
        console.error('Flag --private has been deprecated, use --visibility instead');
      const { bootstrapAtHost } = await import('../bootstrap/at-host.ts');
      await bootstrapAtHost(name, self.optsWithGlobals<HostFlags>(), globalsOf(self));
    });
}
