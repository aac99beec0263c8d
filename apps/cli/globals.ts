import { parseDuration } from '@millrace/api';
import type { KubeClient, TransportOptions } from '@millrace/kube';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';

/** The options that every command has. */
export interface Globals {
  kubeconfig?: string;
  context?: string;
  namespace: string;
  /** Whether the user has chosen the namespace. */
  namespaceGiven: boolean;
  /** Milliseconds. */
  timeout: number;
  verbose: boolean;
}

export function globalsOf(command: Command): Globals {
  const options = command.optsWithGlobals<{
    kubeconfig?: string;
    context?: string;
    namespace: string;
    timeout: string;
    verbose?: boolean;
  }>();
  let timeout: number;
  try {
    timeout = parseDuration(options.timeout);
  } catch (error) {
    throw new CliError(`invalid argument for --timeout: ${(error as Error).message}`);
  }
  const root = rootOf(command);
  return {
    ...options,
    timeout,
    verbose: options.verbose ?? false,
    namespaceGiven: root.getOptionValueSource('namespace') === 'cli',
  };
}

/** A client for the cluster that the options name. The caller closes it. */
export async function connect(globals: Globals, options: TransportOptions = {}): Promise<KubeClient> {
  const { kubeClient, loadConnection } = await import('@millrace/kube');
  const { kubeconfig: path, context } = globals;
  return kubeClient(loadConnection({ path, context }), { userAgent: 'millrace', ...options });
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}
