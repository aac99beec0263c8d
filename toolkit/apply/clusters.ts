import {
  type Environment,
  Failed,
  Parked,
  type References,
  referencesOf,
  type WaitFor,
  watchesOf,
} from '@millrace/controller';
import { type Connection, type Credentials, isForbidden, type KubeClient, kubeClient } from '@millrace/kube';
import type { OwnedObjects } from './owned-objects.ts';

/** A cluster that objects are applied to, and what is watched there. */
export interface Cluster {
  client: KubeClient;
  owned: OwnedObjects;
  references: References;
}

/** How the controller comes to a cluster other than its own. */
export interface Remote {
  /**
   * What the connection was made from, such as a Secret: owners that name the same share the cluster, and no others
   * do, whatever rights they have there.
   */
  origin: string;
  /** Of what stands there: another one is asked anew whether the cluster is there. */
  version: string;
  connection: Connection;
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
  owned(cluster: Omit<Cluster, 'owned'> & { watches: Environment['watches'] }): OwnedObjects;
  /** Of the Ready condition where a cluster is not there. */
  reason: string;
  /** Longest wait for an answer, in milliseconds. */
  patience?: number;
}

/** As long as Flux waits for a remote cluster (fluxcd/pkg, runtime/client). */
const defaultPatience = 30_000;

/** How long an answer to the question whether a cluster is there serves all who ask. */
const verdictAge = 5000;

interface Entry {
  cluster: Cluster;
  /** Tokens are exchanged in place: the watches stay. */
  credentials: { current: Credentials };
  connection: Connection;
  version: string;
  users: Set<string>;
  /** `asking` ends by waking everybody. */
  state:
    | { kind: 'unknown' }
    | { kind: 'there' }
    | { kind: 'asking' }
    | { kind: 'away'; problem: string; until: number };
  asking: Set<string>;
  close(): Promise<void>;
}

export function clustersOf(options: ClustersOptions): Clusters {
  const { environment, waitFor, wake, reason, patience = defaultPatience } = options;
  const open = new Map<string, Entry>();
  const originOf = new Map<string, string>();

  const build = (client: KubeClient, watches: Environment['watches']): Cluster => {
    const references = referencesOf({ ...environment, client, watches }, waitFor, wake);
    return { client, references, owned: options.owned({ client, references, watches }) };
  };

  const openRemote = ({ connection, version }: Remote): Entry => {
    const credentials = { current: connection.credentials };
    const client = kubeClient(
      {
        ...connection,
        credentials: { ...connection.credentials, headers: () => credentials.current.headers() },
      },
      {
        userAgent: 'millrace',
        patience,
        onAnswer: environment.metrics.answered,
        onSilence: () => {
          if (entry.state.kind === 'there') entry.state = { kind: 'unknown' };
        },
      },
    );
    const watches = watchesOf(client, environment.log);
    const entry: Entry = {
      cluster: build(client, watches),
      credentials,
      connection,
      version,
      users: new Set(),
      state: { kind: 'unknown' },
      asking: new Set(),
      async close() {
        watches.stop();
        await client.close();
      },
    };
    return entry;
  };

  /** Ask once for all who wait; nobody's visit waits for the answer. */
  const ask = (entry: Entry) => {
    entry.state = { kind: 'asking' };
    const signal = AbortSignal.timeout(patience);
    const answered = (state: Entry['state']) => {
      entry.state = state;
      for (const owner of entry.asking) wake(owner);
      entry.asking.clear();
    };
    entry.cluster.client.transport.send({ method: 'GET', path: '/version', signal }).then(
      () => answered({ kind: 'there' }),
      error => {
        // Who may not ask for the version may still apply.
        if (isForbidden(error)) return answered({ kind: 'there' });
        const problem = signal.aborted ? 'the cluster does not answer' : messageOf(error);
        answered({ kind: 'away', problem, until: Date.now() + verdictAge });
      },
    );
  };

  const letGo = (owner: string) => {
    const origin = originOf.get(owner);
    const entry = origin === undefined ? undefined : open.get(origin);
    originOf.delete(owner);
    if (!entry || origin === undefined) return;
    entry.users.delete(owner);
    entry.asking.delete(owner);
    entry.cluster.owned.release(owner);
    entry.cluster.references.release(owner);
    if (entry.users.size > 0) return;
    open.delete(origin);
    void entry.close();
  };

  /** The entry for what the origin says now; another address or certificate is another cluster. */
  const entryFor = (remote: Remote): Entry => {
    const { origin, version, connection } = remote;
    const known = open.get(origin);
    if (known && sameButForTokens(known.connection, connection)) {
      if (known.version !== version && known.state.kind === 'away') known.state = { kind: 'unknown' };
      known.version = version;
      known.connection = connection;
      known.credentials.current = connection.credentials;
      return known;
    }
    const entry = openRemote(remote);
    open.set(origin, entry);
    if (known) {
      for (const owner of known.users) {
        originOf.delete(owner);
        wake(owner);
      }
      void known.close();
    }
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
      if (state.kind === 'there') return entry.cluster;
      if (state.kind === 'away' && state.until > Date.now())
        throw new Failed(reason, `failed to reach the remote cluster of ${remote.origin}: ${state.problem}`);
      if (state.kind !== 'asking') ask(entry);
      entry.asking.add(owner);
      throw new Parked(`the remote cluster of ${remote.origin}`, patience);
    },
    release(owner) {
      letGo(owner);
      home.owned.release(owner);
      home.references.release(owner);
    },
    async stop() {
      await Promise.all([...open.values()].map(entry => entry.close()));
      open.clear();
    },
  };
}

function sameButForTokens(a: Connection, b: Connection): boolean {
  const fixed = ({ server, ca, insecureSkipVerify, serverName, credentials }: Connection) =>
    JSON.stringify([server, ca, insecureSkipVerify, serverName, credentials.cert, credentials.key]);
  return fixed(a) === fixed(b);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
