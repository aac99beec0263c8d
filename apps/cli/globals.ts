// By itself: the kinds come with a schema compiler that most commands do not need.
import { parseDuration } from '@millrace/api/duration';
import type { KubeClient, TransportOptions } from '@millrace/kube';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';

/** The options that every command has. */
export interface Globals {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  namespace: string;
  /** Whether the user has chosen the namespace. */
  namespaceGiven: boolean;
  /** Milliseconds. */
  timeout: number;
  /** Whether the user has chosen the timeout. */
  timeoutGiven: boolean;
  verbose: boolean;
}

/** RFC 1123, as Kubernetes wants the name of a namespace. */
export const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

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
  if (!dnsLabel.test(options.namespace))
    throw new CliError(`namespace must be a valid DNS label: "${options.namespace}"`);
  const root = rootOf(command);
  return {
    ...options,
    timeout,
    timeoutGiven: root.getOptionValueSource('timeout') === 'cli',
    verbose: options.verbose ?? false,
    namespaceGiven: root.getOptionValueSource('namespace') === 'cli',
  };
}

/** A client for the cluster that the options name. The caller closes it. */
export async function connect(
  globals: Pick<Globals, 'kubeconfig' | 'context'>,
  options: TransportOptions = {},
): Promise<KubeClient> {
  const { kubeClient, loadConnection } = await import('@millrace/kube');
  const { kubeconfig: path, context } = globals;
  return kubeClient(loadConnection({ path, context }), { userAgent: 'millrace', ...options });
}

export function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}
