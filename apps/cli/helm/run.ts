import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { rootOf } from '../globals.ts';
import { HelmCommandError } from './helm-error.ts';

/** What a command of helm says: on the standard output, and after `Error: ` when it fails. */
export interface Said {
  stdout: string;
  error?: string;
}

/** Carries out a command of `millrace helm`, which speaks as helm does. */
export async function runHelm<Options extends object>(
  command: Command,
  act: (options: Options & { namespace: string }, warn: (message: string) => void) => Promise<Said>,
): Promise<void> {
  const warn = (message: string) => console.error(`level=WARN msg=${JSON.stringify(message)}`);
  const options = { ...command.optsWithGlobals<Options>(), namespace: await namespaceOf(command) };
  const said = await act(options, warn).catch((error: unknown): Said => {
    if (error instanceof HelmCommandError) return { stdout: '', error: error.message };
    throw error;
  });
  process.stdout.write(said.stdout, () => {
    if (said.error !== undefined) {
      console.error(`Error: ${said.error}`);
      process.exitCode = 1;
    }
    // Nothing is left to do, and waiting for code that is still being optimised takes as long as a small chart.
    process.exit();
  });
}

/** --namespace, HELM_NAMESPACE, that of the kubeconfig's context, or default: as Helm chooses, and not as Flux. */
async function namespaceOf(command: Command): Promise<string> {
  const root = rootOf(command);
  const { namespace, kubeconfig, context } = root.opts<{
    namespace: string;
    kubeconfig?: string;
    context?: string;
  }>();
  if (root.getOptionValueSource('namespace') === 'cli') return namespace;
  if (process.env.HELM_NAMESPACE) return process.env.HELM_NAMESPACE;
  if (!kubeconfig && !process.env.KUBECONFIG && !existsSync(join(homedir(), '.kube', 'config')))
    return 'default';
  try {
    const { loadConnection } = await import('@millrace/kube');
    return loadConnection({ ...(kubeconfig && { path: kubeconfig }), ...(context && { context }) }).namespace;
  } catch {
    return 'default';
  }
}
