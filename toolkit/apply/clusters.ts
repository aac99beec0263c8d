import {
  audited,
  type Environment,
  Failed,
  Parked,
  type References,
  referencesOf,
  type WaitFor,
  watchesOf,
} from '@millrace/controller';
import {
  type Connection,
  type Credentials,
  identityHeaders,
  isForbidden,
  type KubeClient,
  kubeClient,
} from '@millrace/kube';
import type { OwnedObjects } from './owned-objects.ts';

/** A cluster that objects are applied to, and what is watched there. */
export interface Cluster {
  client: KubeClient;
  watches: Environment['watches'];
  owned: OwnedObjects;
  references: References;
}

/** How the controller comes to a cluster other than its own. */
export interface Remote {
  /**
   * What the connection is made from, such as a Secret: owners that name the same share the cluster, and no others
   * do, whatever rights they have there.
   */
  origin: string;
  /** Of what stands there: with another one it is asked anew whether the cluster is there. */
  version: string;
  /** Where the cluster is, and who asks. Asked outside of visits; what it throws is told as it is. */
  connect(signal: AbortSignal): Promise<Connection>;
}

/** The cluster of the controller, and those that objects name by a kubeconfig. */
export interface Clusters {
  home: Cluster;
  /**
   * Throws Parked while it is being asked whether the cluster is there, and Failed where it is not. Undefined stands
   * for the home cluster. An owner has one cluster: with another one it lets go of the one before.
   */
  reach(owner: string, remote: Remote | undefined): Cluster;
  release(owner: string): void;
  stop(): Promise<void>;
}

export interface ClustersOptions {
  environment: Environment;
  waitFor: WaitFor;
  wake(owner: string): void;
  /** Watches what is owned in a cluster. */
  owned(cluster: Omit<Cluster, 'owned'>): OwnedObjects;
  /** Of the Ready condition where a cluster is not there. */
  reason: string;
  /** Longest wait for an answer, in milliseconds. */
  patience?: number;
}

/** As long as Flux waits for a remote cluster (fluxcd/pkg, runtime/client). */
const defaultPatience = 30_000;

interface Entry {
  version: string;
  open?: Opened | undefined;
  users: Set<string>;
  state: State;
  /** Woken by the answer. */
  asking: Set<string>;
}

type State =
  | { kind: 'unknown' }
  | { kind: 'there' }
  | { kind: 'asking'; ending: AbortController }
  /** Told once to each who has asked; whoever comes again asks anew. */
  | { kind: 'away'; problem: string; untold: Set<string> };

interface Opened {
  cluster: Cluster;
  connection: Connection;
  /** Tokens are exchanged in place: the watches stay. */
  credentials: { current: Credentials };
  close(): Promise<void>;
}

export function clustersOf(options: ClustersOptions): Clusters {
  const { environment, waitFor, wake, reason, patience = defaultPatience } = options;
  const entries = new Map<string, Entry>();
  const originOf = new Map<string, string>();

  const build = (client: KubeClient, watches: Environment['watches']): Cluster => {
    const references = referencesOf({ ...environment, client, watches }, waitFor, wake);
    return { client, watches, references, owned: options.owned({ client, references, watches }) };
  };

  const open = (connection: Connection, entry: Entry): Opened => {
    const credentials = { current: connection.credentials };
    const headers = () => credentials.current.headers();
    const remote = kubeClient(
      { ...connection, credentials: { ...connection.credentials, headers } },
      {
        userAgent: 'millrace',
        patience,
        onAnswer: environment.metrics.answered,
        onSilence: () => {
          if (entry.state.kind === 'there') entry.state = { kind: 'unknown' };
        },
      },
    );
    const { audit } = environment;
    const client = audit ? audited(remote, audit, connection.server) : remote;
    const watches = watchesOf(client, environment.log);
    const close = () => {
      watches.stop();
      return client.close();
    };
    return { cluster: build(client, watches), connection, credentials, close };
  };

  /** Another address or certificate is another cluster. */
  const adopt = (connection: Connection, entry: Entry): Opened => {
    const before = entry.open;
    if (before && sameButForTokens(before.connection, connection)) {
      before.credentials.current = connection.credentials;
      return before;
    }
    entry.open = open(connection, entry);
    void before?.close();
    return entry.open;
  };

  const ask = async (remote: Remote, entry: Entry, signal: AbortSignal): Promise<State> => {
    let isOnItsWay = false;
    try {
      const connection = await remote.connect(signal);
      signal.throwIfAborted();
      isOnItsWay = true;
      const { cluster } = adopt(connection, entry);
      await cluster.client.transport.send({ method: 'GET', path: '/version', signal });
      return { kind: 'there' };
    } catch (error) {
      // Who may not ask for the version may still apply.
      if (isForbidden(error)) return { kind: 'there' };
      const why = signal.aborted ? 'the cluster does not answer' : messageOf(error);
      const isAway = isOnItsWay || signal.aborted;
      const problem = isAway ? `failed to reach the remote cluster of ${remote.origin}: ${why}` : why;
      return { kind: 'away', problem, untold: new Set(entry.asking) };
    }
  };

  /** Ask once for all who wait; nobody's visit waits for the answer. What is asked already is asked no more. */
  const begin = (remote: Remote, entry: Entry) => {
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(patience)]);
    entry.state = { kind: 'asking', ending };
    void ask(remote, entry, signal).then(state => {
      if (ending.signal.aborted) return;
      entry.state = state;
      for (const owner of entry.asking) wake(owner);
      entry.asking.clear();
    });
  };

  const end = ({ state, open }: Entry) => {
    if (state.kind === 'asking') state.ending.abort();
    return open?.close();
  };

  const letGo = (owner: string) => {
    const origin = originOf.get(owner);
    const entry = origin === undefined ? undefined : entries.get(origin);
    originOf.delete(owner);
    if (!entry || origin === undefined) return;
    entry.users.delete(owner);
    entry.asking.delete(owner);
    entry.open?.cluster.owned.release(owner);
    entry.open?.cluster.references.release(owner);
    if (entry.users.size > 0) return;
    entries.delete(origin);
    void end(entry);
  };

  const entryFor = ({ origin, version }: Remote): Entry => {
    const known = entries.get(origin);
    const entry: Entry = known ?? {
      version,
      users: new Set(),
      state: { kind: 'unknown' },
      asking: new Set(),
    };
    entries.set(origin, entry);
    if (entry.version === version) return entry;
    if (entry.state.kind === 'asking') entry.state.ending.abort();
    entry.state = { kind: 'unknown' };
    entry.version = version;
    return entry;
  };

  const home = build(environment.client, environment.watches);
  return {
    home,
    reach(owner, remote) {
      if (originOf.get(owner) !== remote?.origin) letGo(owner);
      if (!remote) return home;
      home.owned.release(owner);
      const entry = entryFor(remote);
      originOf.set(owner, remote.origin);
      entry.users.add(owner);
      const { state } = entry;
      if (state.kind === 'there' && entry.open) return entry.open.cluster;
      if (state.kind === 'away' && state.untold.delete(owner))
        throw new Failed(reason, state.problem, { note: `failed to build kube client: ${state.problem}` });
      if (state.kind !== 'asking') begin(remote, entry);
      entry.asking.add(owner);
      throw new Parked(`the remote cluster of ${remote.origin}`, patience);
    },
    release(owner) {
      letGo(owner);
      home.owned.release(owner);
      home.references.release(owner);
    },
    async stop() {
      await Promise.all([...entries.values()].map(end));
      entries.clear();
    },
  };
}

function sameButForTokens(a: Connection, b: Connection): boolean {
  const fixed = ({ server, ca, insecureSkipVerify, serverName, as, credentials }: Connection) =>
    JSON.stringify([
      ...[server, ca, insecureSkipVerify, serverName],
      ...[identityHeaders(as ?? 'own'), credentials.cert, credentials.key],
    ]);
  return fixed(a) === fixed(b);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
