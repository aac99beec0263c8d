import { type Command, Option } from 'commander';
import type { BuildOptions } from '../artifact/build.ts';
import type { DiffOptions } from '../artifact/diff.ts';
import type { ListOptions } from '../artifact/list.ts';
import type { PullOptions } from '../artifact/pull.ts';
import type { PushOptions } from '../artifact/push.ts';
import type { TagOptions } from '../artifact/tag.ts';
import { globalsOf } from '../globals.ts';
import { group, listOption } from './group.ts';

/** What is left out where nothing is said: files of version control, and what is no manifest. */
const leftOut =
  '.git/,.gitignore,.gitmodules,.gitattributes,*.jpg,*.jpeg,*.gif,*.png,*.wmv,*.flv,*.tar.gz,*.zip'.split(
    ',',
  );

export function addArtifactCommands(
  program: Command,
  { build, diff }: { build: Command; diff: Command },
): void {
  addBuild(build);
  addPush(group(program, 'push', 'Push artifacts to registries'));
  addPull(group(program, 'pull', 'Pull artifacts from registries'));
  addTag(group(program, 'tag', 'Tag artifacts in registries'));
  addList(group(program, 'list', 'List artifacts of registries'));
  addDiff(diff);
}

function addBuild(parent: Command): void {
  artifact(parent, 'Pack a folder or file as the layer of an artifact')
    .addOption(ignorePaths())
    .option('-p, --path <path>', 'the folder or file; - for standard input')
    .option('-o, --output <file>', 'where the archive goes', 'artifact.tgz')
    .option('--resolve-symlinks', 'take what links lead to, instead of passing them over')
    .action(async (options: BuildOptions) => {
      const { buildArtifact } = await import('../artifact/build.ts');
      await buildArtifact(options);
    });
}

function addPush(parent: Command): void {
  withRegistryOptions(artifact(parent, 'Push a folder or file to a registry as an artifact'), true)
    .argument('[url]', 'oci://HOST/PATH:TAG')
    .option('-f, --path <path>', 'the folder or file; - for standard input')
    .option('--source <url>', 'where it comes from, such as the URL of a Git repository')
    .option('--revision <revision>', 'what it was made of: <branch|tag>@sha1:<commit-sha>')
    .addOption(ignorePaths())
    .addOption(
      new Option('-a, --annotations <key=value>', 'an annotation; may be given several times')
        .argParser((value: string, before: string[]) => [...before, value])
        .default([], 'none'),
    )
    .addOption(
      new Option('-o, --output <format>', 'print what was pushed for programs').choices(['json', 'yaml']),
    )
    .option('--reproducible', 'equal content is an equal artifact: it was made in 1970')
    .option('--resolve-symlinks', 'take what links lead to, instead of passing them over')
    .option('--debug', 'taken as Flux takes it; there is no library with a log of its own')
    .action(async (url: string | undefined, options: PushOptions, self: Command) => {
      const { pushArtifact } = await import('../artifact/push.ts');
      await pushArtifact(url, options, globalsOf(self));
    });
}

function addPull(parent: Command): void {
  withRegistryOptions(artifact(parent, 'Pull an artifact and unpack it'), true)
    .argument('[url]', 'oci://HOST/PATH:TAG or oci://HOST/PATH@DIGEST')
    .option('-o, --output <folder>', 'where its content goes; the folder has to be there')
    .action(async (url: string | undefined, options: PullOptions, self: Command) => {
      const { pullArtifact } = await import('../artifact/pull.ts');
      await pullArtifact(url, options, globalsOf(self));
    });
}

function addTag(parent: Command): void {
  withRegistryOptions(artifact(parent, 'Give an artifact further tags'), false)
    .argument('[url]', 'oci://HOST/PATH:TAG or oci://HOST/PATH@DIGEST')
    .addOption(listOption('--tag <tags>', 'the tags').default([], 'none'))
    .action(async (url: string | undefined, options: TagOptions, self: Command) => {
      const { tagArtifact } = await import('../artifact/tag.ts');
      await tagArtifact(url, options, globalsOf(self));
    });
}

function addList(parent: Command): void {
  withRegistryOptions(parent.command('artifacts').description('List the tags of a repository'), true)
    .argument('[url]', 'oci://HOST/PATH')
    .option('--filter-semver <range>', 'tags that are versions of a range')
    .option('--filter-regex <expression>', 'tags that a regular expression matches')
    .action(async (url: string | undefined, options: ListOptions, self: Command) => {
      const { listArtifacts } = await import('../artifact/list.ts');
      await listArtifacts(url, options, globalsOf(self));
    });
}

function addDiff(parent: Command): void {
  withRegistryOptions(artifact(parent, 'Say whether a folder is what an artifact was made of'), true)
    .argument('[url]', 'oci://HOST/PATH:TAG or oci://HOST/PATH@DIGEST')
    .option('--path <path>', 'the folder or file')
    .addOption(ignorePaths())
    .action(async (url: string | undefined, options: DiffOptions, self: Command) => {
      const { diffArtifact } = await import('../artifact/diff.ts');
      await diffArtifact(url, options, globalsOf(self));
    });
}

function artifact(parent: Command, description: string): Command {
  return parent.command('artifact').description(description);
}

function withRegistryOptions(command: Command, mayBeInsecure: boolean): Command {
  command
    .option('--creds <user:password>', 'the login; else that of docker and its credential helpers')
    .addOption(
      new Option('--provider <name>', 'whose registry it is: log in as who this machine is there')
        .choices(['generic', 'aws', 'azure', 'gcp'])
        .default('generic'),
    );
  return mayBeInsecure ? command.option('--insecure-registry', 'the registry may be without TLS') : command;
}

/** What is given takes the place of the default. */
function ignorePaths(): Option {
  let given: string[] = [];
  return new Option('--ignore-paths <rules>', 'what to leave out, as in .gitignore')
    .argParser((value: string) => (given = [...given, ...value.split(',').filter(rule => rule !== '')]))
    .default(leftOut, leftOut.join());
}
