import type { KubeClient, TransportOptions } from '@millrace/kube';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { millisecondsIn } from './go-duration.ts';
import { type KubeFlags, kubeFlagsOf } from './kube-flags.ts';

/** The options that every command has. */
export interface Globals extends KubeFlags {
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

/** Throws CliError. @param anyNamespace takes one that cannot be, as `create --export` of flux prints it */
export function globalsOf(command: Command, { anyNamespace = false } = {}): Globals {
  const options = command.optsWithGlobals<{
    namespace: string;
    timeout: string;
    verbose?: boolean;
  }>();
  const timeout = millisecondsIn(options.timeout, 'timeout');
  if (!anyNamespace && !dnsLabel.test(options.namespace))
    throw new CliError(`namespace must be a valid DNS label: "${options.namespace}"`);
  const root = rootOf(command);
  return {
    ...kubeFlagsOf(root),
    namespace: options.namespace,
    timeout,
    timeoutGiven: root.getOptionValueSource('timeout') === 'cli',
    verbose: options.verbose ?? false,
    namespaceGiven: root.getOptionValueSource('namespace') === 'cli',
  };
}

/** A client for the cluster that the options name. The caller closes it. */
export async function connect(globals: KubeFlags, options: TransportOptions = {}): Promise<KubeClient> {
  const { kubeClient, loadConnection } = await import('@millrace/kube');
  const { kubeconfig: path, context, overrides, kubeApiQps: qps, kubeApiBurst: burst } = globals;
  const connection = loadConnection({ path, context, overrides });
  return kubeClient(connection, { userAgent: 'millrace', qps, burst, ...options });
}

/**
 * With --ns-follows-kube-context the namespace is the one of the kubeconfig's context, where it names one and the user
 * does not. To be done before the command asks for it.
 */
export async function followContext(root: Command): Promise<void> {
  const {
    nsFollowsKubeContext,
    kubeconfig: path,
    context,
  } = root.opts<{
    nsFollowsKubeContext?: boolean;
    kubeconfig?: string;
    context?: string;
  }>();
  if (!nsFollowsKubeContext && !process.env.FLUX_NS_FOLLOWS_KUBE_CONTEXT) return;
  if (root.getOptionValueSource('namespace') === 'cli') return;
  const { contextNamespace } = await import('@millrace/kube');
  const namespace = contextNamespace({ path, context });
  if (namespace !== undefined) root.setOptionValueWithSource('namespace', namespace, 'config');
}

export function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}
