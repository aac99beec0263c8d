import { defaultOptions } from '@millrace/installation/options';
import { follow } from '../bootstrap/bootstrap.ts';
import type { BootstrapFlags } from '../bootstrap/flags.ts';
import { safePath } from '../bootstrap/safe-path.ts';
import type { Session } from '../verbs/session.ts';
import { type Fleet, unfollowed } from './fleet.ts';
import type { UpOptions } from './options.ts';
import type { Servers } from './servers.ts';

/** Who owns what is made through the API of the Git server. */
export const gitHubUser = 'millrace';

/** As Flux's guides call them. */
const [repository, path] = ['fleet-infra', 'clusters/my-cluster'];

/** An empty repository, kept from start to start. */
export async function bootstrappedFleet({ git }: Servers): Promise<Fleet> {
  return unfollowed(await git.createRepository(repository, { defaultBranch: 'main' }));
}

/** Let the cluster manage itself from the repository, as `bootstrap git` does. */
export async function bootstrapFleet(url: string, options: UpOptions, session: Session): Promise<void> {
  const { globals, client, signal } = session;
  const place = new URL(url);
  const login = { username: place.username, password: place.password };
  place.username = '';
  place.password = '';
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(globals.timeout)]);
  await follow(
    {
      flags: { ...flags, branch: options.branch ?? 'main', path: safePath(options.path ?? path) },
      install: { ...defaultOptions, namespace: globals.namespace },
      remote: { url: place.href, credentials: login },
      syncUrl: place.href,
      sign: undefined,
      access: { kind: 'login', ...login },
      letIn: async () => {},
    },
    { client, globals, signal: inTime },
  );
}

const flags: BootstrapFlags = {
  registry: defaultOptions.registry,
  watchAllNamespaces: true,
  networkPolicy: true,
  logLevel: defaultOptions.logLevel,
  clusterDomain: defaultOptions.clusterDomain,
  sshKeyAlgorithm: 'ecdsa',
  sshEcdsaCurve: 'p384',
  sshRsaBits: '2048',
  branch: 'main',
  secretName: 'flux-system',
  authorName: 'Flux',
  authorEmail: '',
  interval: '1m0s',
  path: '',
};
