import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addArtifactCommands } from './commands/artifacts.ts';
import { addBootstrap } from './commands/bootstrap.ts';
import { addCheck } from './commands/check.ts';
import { addClusterCommands } from './commands/cluster.ts';
import { addCompletion } from './commands/completion.ts';
import { addControllersCommands } from './commands/controllers.ts';
import { addCreate } from './commands/create.ts';
import { addDelete } from './commands/delete.ts';
import { addEvents } from './commands/events.ts';
import { addExport } from './commands/export.ts';
import { addGet } from './commands/get.ts';
import { group, notOfFlux } from './commands/group.ts';
import { addHelm } from './commands/helm.ts';
import { addHelp } from './commands/help.ts';
import { addInstall, addMigrate, addUninstall } from './commands/install.ts';
import { addKustomizationPreviews } from './commands/kustomization-previews.ts';
import { addKustomize } from './commands/kustomize.ts';
import { addLogs } from './commands/logs.ts';
import { addLook } from './commands/look.ts';
import { addPlugins, pluginOf } from './commands/plugin.ts';
import { addPreviews } from './commands/previews.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addResume } from './commands/resume.ts';
import { addSuspend } from './commands/suspend.ts';
import { addTree } from './commands/tree.ts';
import { addUp } from './commands/up.ts';
import { addVersion } from './commands/version.ts';
import { addWeb } from './commands/web.ts';
import { dnsLabel, followContext } from './globals.ts';
import { checkDurations } from './go-duration.ts';
import { readGoFlags } from './go-flags.ts';
import { addKubeFlags } from './kube-flags.ts';
import { refusalOf } from './line-refusals.ts';
import { tell } from './output/print.ts';
import { calledAs } from './version.ts';

/**
 * Run the command line. Returns the exit code: 0, or 1 for what failed, with the reason on standard error after `✗`,
 * as Flux writes it.
 */
export async function run(args: string[]): Promise<number> {
  const program = createProgram(calledAs(), args);
  try {
    if (args[0] === '__complete') return await answerShell(program, args.slice(1));
    const plugin = pluginOf(program, args);
    if (plugin) return await (await import('./plugin/run.ts')).runPlugin(plugin, args.slice(1));
    await program.parseAsync(readGoFlags(args, program), { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof CliError) {
      tell.failure(error.message);
      return error.exitCode;
    }
    tell.failure(error instanceof Error ? error.message : String(error));
    if (process.env.MILLRACE_DEBUG) console.error(error);
    return 1;
  }
}

async function answerShell(program: Command, words: string[]): Promise<number> {
  const plugin = words.length > 1 ? pluginOf(program, words) : undefined;
  if (plugin) {
    const { completionsOf } = await import('./plugin/run.ts');
    process.stdout.write(await completionsOf(plugin, words.slice(1)));
    return 0;
  }
  const { complete, formatCompletion } = await import('./completion/complete.ts');
  process.stdout.write(formatCompletion(await complete(program, words)));
  return 0;
}

const ours = new Set(['up', 'kustomize', 'helm', 'cluster', 'controllers']);

/** @param args the words of the command line: a command's own flag takes the place of one that every command has */
export function createProgram(name: 'flux' | 'millrace' = 'millrace', args: string[] = []): Command {
  const program = new Command(name)
    .description('A GitOps toolkit for Kubernetes, compatible with Flux')
    .addHelpText('after', '\n--version, by itself, prints the version.')
    .option('--kubeconfig <path>', 'the kubeconfig file; by default $KUBECONFIG, then ~/.kube/config')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('-n, --namespace <name>', 'the namespace', defaultNamespace())
    .option('--timeout <duration>', 'how long an operation may take', '5m0s')
    .option('--verbose', 'print what is created')
    .option(
      '--ns-follows-kube-context',
      "the namespace is by default the one of the kubeconfig's context; also with FLUX_NS_FOLLOWS_KUBE_CONTEXT",
    )
    .hook('preAction', followContext)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`✗ ${refusalOf(text)}`) })
    .configureHelp({ showGlobalOptions: true });
  addUp(program);
  addGet(program);
  addCreate(program);
  addDelete(program);
  addReconcile(program);
  addSuspend(program);
  addResume(program);
  addEvents(program);
  addLogs(program);
  addTree(program);
  addExport(program);
  addCheck(program);
  addInstall(program);
  addBootstrap(program);
  addUninstall(program);
  addMigrate(program);
  addLook(program);
  const groups = {
    build: group(program, 'build', 'Build what would be applied, or pushed'),
    diff: group(program, 'diff', 'Show what would change'),
  };
  addArtifactCommands(program, groups);
  addPreviews(groups);
  addKustomizationPreviews(groups);
  addKustomize(program);
  addHelm(program);
  addVersion(program);
  addCompletion(program);
  addClusterCommands(program);
  addControllersCommands(program);
  addWeb(program);
  addHelp(program);
  addPlugins(program);
  for (const command of program.commands) if (ours.has(command.name())) command.helpGroup(notOfFlux);
  addKubeFlags(program, args);
  checkDurations(program);
  return program;
}

/** Of the environment, unless that cannot be one: Flux says so then and goes on. */
function defaultNamespace(): string {
  const given = process.env.FLUX_SYSTEM_NAMESPACE;
  if (!given || dnsLabel.test(given)) return given || 'flux-system';
  console.error(`⚠️ ignoring invalid FLUX_SYSTEM_NAMESPACE: "${given}"`);
  return 'flux-system';
}
