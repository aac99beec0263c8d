import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addClusterCommands } from './commands/cluster.ts';
import { addControllersCommands } from './commands/controllers.ts';
import { addUp } from './commands/up.ts';
import { version } from './version.ts';

/**
 * Run the command line. Returns the exit code: 0, or 1 for what failed, with the reason on standard error after `✗`,
 * as Flux writes it.
 */
export async function run(args: string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof CliError) {
      console.error(`✗ ${error.message}`);
      return error.exitCode;
    }
    console.error(`✗ ${error instanceof Error ? error.message : error}`);
    if (process.env.MILLRACE_DEBUG) console.error(error);
    return 1;
  }
}

export function createProgram(): Command {
  const program = new Command('millrace')
    .description('A GitOps toolkit for Kubernetes, compatible with Flux')
    .version(`millrace version ${version}`, '-v, --version')
    .option('--kubeconfig <path>', 'the kubeconfig file; by default $KUBECONFIG, then ~/.kube/config')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('-n, --namespace <name>', 'the namespace', process.env.FLUX_SYSTEM_NAMESPACE || 'flux-system')
    .option('--timeout <duration>', 'how long an operation may take', '5m0s')
    .option('--verbose', 'print what is created')
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: true });
  addUp(program);
  addClusterCommands(program);
  addControllersCommands(program);
  return program;
}
