import type { Overrides } from '@millrace/kube';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { namedCommand } from './go-flags.ts';

/** How the command line says which cluster is asked, and as whom. */
export interface KubeFlags {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  overrides?: Overrides;
  /** Requests a second, and how many may go at once before that. */
  kubeApiQps?: number | undefined;
  kubeApiBurst?: number | undefined;
}

/** The flags of kubectl's kind that flux has. An empty value is refused: it would leave the kubeconfig's own rights. */
const flags: readonly Option[] = [
  new Option('--as <user>', 'act in the name of this user, or of this service account').argParser(some),
  new Option('--as-group <group>', 'act as a member of this group; may be given several times').argParser(
    (value, before: string[] = []) => [...before, some(value)],
  ),
  new Option('--as-uid <uid>', 'act as the user with this UID').argParser(some),
  new Option(
    '--as-user-extra <key=value>',
    'what else is known of the user to act for; may be given several times',
  ).argParser(extra),
  new Option('--cache-dir <path>', 'accepted for the sake of scripts: nothing is cached').argParser(some),
  new Option('--certificate-authority <file>', 'who vouches for the API server').argParser(some),
  new Option('--client-certificate <file>', 'the certificate to show to the API server').argParser(some),
  new Option('--client-key <file>', 'the key of that certificate').argParser(some),
  new Option('--cluster <name>', 'the cluster of the kubeconfig to use').argParser(some),
  new Option('--disable-compression', 'accepted for the sake of scripts: no answer is compressed'),
  new Option(
    '--insecure-skip-tls-verify',
    'do not check who the API server is: whoever is in between can act',
  ),
  new Option('--kube-api-burst <number>', 'requests that may go to the API server at once')
    .argParser(whole)
    .default(300),
  new Option('--kube-api-qps <number>', 'requests a second to the API server; 0: as many as it takes')
    .argParser(rate)
    .default(50),
  new Option('--server <address>', 'the address of the API server').argParser(some),
  new Option('--tls-server-name <name>', 'the name in the certificate of the API server').argParser(some),
  new Option('--token <token>', 'the token to show to the API server').argParser(some),
  new Option('--user <name>', 'the user of the kubeconfig to use').argParser(some),
];

/** Add the flags to those of every command, but for those that the command which is called has as its own. */
export function addKubeFlags(program: Command, args: readonly string[]): void {
  const chosen = namedCommand(args, program, flags);
  const own = new Set(chosen === program ? [] : chosen.options.map(({ long }) => long));
  for (const flag of flags) if (!own.has(flag.long)) program.addOption(flag);
}

export function kubeFlagsOf(root: Command): KubeFlags {
  const { kubeconfig, context, kubeApiQps, kubeApiBurst, ...overrides } = root.opts<
    Omit<KubeFlags, 'overrides'> & Overrides
  >();
  return { kubeconfig, context, kubeApiQps, kubeApiBurst, overrides };
}

function some(value: string): string {
  if (value === '') throw new InvalidArgumentError('It must not be empty.');
  return value;
}

function extra(value: string, before: ReadonlyMap<string, readonly string[]> = new Map()) {
  const [, key, text] = /^([^=]+)=(.+)$/s.exec(value) ?? [];
  if (key === undefined || text === undefined) throw new InvalidArgumentError('key=value is expected.');
  return new Map([...before, [key, [...(before.get(key) ?? []), text]]]);
}

function whole(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('A whole number is expected.');
  return Number(value);
}

function rate(value: string): number {
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(value)) throw new InvalidArgumentError('A number is expected.');
  return Number(value);
}
