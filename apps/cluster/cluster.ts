import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Access } from './access/access.ts';
import { aggregateRoles } from './access/aggregate.ts';
import { Authenticator, type StaticTokens } from './access/authenticate.ts';
import { createDefaultRoles } from './access/default-roles.ts';
import { Grants } from './access/grants.ts';
import { fillTokenSecrets } from './access/token-secrets.ts';
import { Tokens } from './access/tokens.ts';
import { Policies } from './admission/policies.ts';
import { type ServiceAddresses, Webhooks } from './admission/webhooks.ts';
import type { Api } from './api/api.ts';
import type { ServedApis } from './api/built-in.ts';
import type { Gate } from './api/gate.ts';
import { handle } from './api/handle.ts';
import { OpenApi } from './api/openapi.ts';
import { Registry } from './api/registry.ts';
import { bootstrap } from './bootstrap.ts';
import { ControlPlane } from './control/control-plane.ts';
import { followDefinitions } from './control/definitions.ts';
import { collectGarbage } from './control/garbage-collector.ts';
import { furnishNamespaces } from './control/namespace-contents.ts';
import { emptyNamespaces } from './control/namespaces.ts';
import { keepQuotas } from './control/quotas.ts';
import { protectStorage } from './control/storage-protection.ts';
import { type DirectAnswer, DirectExchange, type DirectRequest } from './direct/direct-exchange.ts';
import { PortTaken } from './errors.ts';
import { userOfSubject } from './http/authenticate.ts';
import type { Exchange } from './http/exchange.ts';
import { type Listener, listen } from './http/listener.ts';
import { type Simulation, simulate } from './life/simulate.ts';
import { createIdentity, type Identity, type KeyPair, loadIdentity } from './pki/identity.ts';
import { kubeconfig, kubeconfigFor } from './pki/kubeconfig.ts';
import { createTokenKey, loadTokenKey } from './pki/token-key.ts';
import { writePrivate } from './private-files.ts';
import { read } from './store/entry.ts';
import { forgetfulLog, openLog } from './store/log.ts';
import { restoreSnapshot, takeSnapshot } from './store/snapshot.ts';
import { Store } from './store/store.ts';

export interface ClusterOptions {
  /** Keep everything in this folder: store, certificates and kubeconfig. */
  readonly dataDir?: string;
  /** Leave nothing on disk. The default when no dataDir is given. */
  readonly inMemory?: boolean;
  /** 0 or none: any free port. A durable cluster comes back on the port it had, if that is still free. */
  readonly port?: number;
  /** Make workloads come alive without containers, and how (default true). */
  readonly simulate?: boolean | Simulation;
  /** `all`: alpha and beta versions too, as kube-apiserver's `--runtime-config=api/all=true` (default `stable`). */
  readonly apis?: ServedApis;
  /** Tokens that are good from the start, and whose they are. */
  readonly tokens?: StaticTokens;
  /**
   * Where admission webhooks listen that name a Service: `{ 'cert-manager/cert-manager-webhook': 'https://127.0.0.1:1' }`.
   * The others are not asked, for the Pods behind a Service are simulated; the writer is warned.
   */
  readonly webhookServices?: ServiceAddresses;
  /**
   * Parts of the built-in admission to leave out, by their names for kube-apiserver's `--disable-admission-plugins`:
   * ServiceAccount, LimitRanger, ResourceQuota, Priority, DefaultStorageClass, ...
   */
  readonly disableAdmission?: readonly string[];
  readonly log?: (line: string) => void;
  /** How much of the past watches can go back to; by default 20,000 events or 16 MB. */
  readonly history?: { readonly events: number; readonly bytes: number };
}

/** A running Kubernetes API. */
export interface Cluster {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** YAML text with the authority and the administrator's certificate inline. It holds a private key. */
  readonly kubeconfig: string;
  /** Where a durable cluster keeps it. */
  readonly kubeconfigPath?: string;
  /** A kubeconfig for another user, by a new client certificate; what they may do, RBAC says. Throws BadIdentity. */
  kubeconfigFor(user: string, groups?: readonly string[]): string;
  /** All objects as bytes, to be kept and restored, here or in another cluster. */
  snapshot(): Promise<Uint8Array>;
  /** Go back to what a snapshot holds; watches hear of what changes. Throws BadSnapshot. */
  restore(snapshot: Uint8Array): Promise<void>;
  /** Go back to an empty cluster, as it was at its first start. */
  wipe(): Promise<void>;
  stop(): Promise<void>;
}

/** A cluster and what vouches for its users. */
export interface OwnCluster extends Cluster {
  readonly authority: KeyPair;
  /** As the administrator would by HTTP. Never fails: what is refused is answered too. */
  ask(request: DirectRequest): Promise<DirectAnswer>;
}

/** What `startCluster` does, once it is loaded. */
export async function runCluster(options: ClusterOptions = {}): Promise<OwnCluster> {
  const dataDir = options.inMemory ? undefined : options.dataDir;
  if (dataDir) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const now = () => new Date();
  const identity = dataDir ? loadIdentity(join(dataDir, 'pki'), now()) : createIdentity(now());
  const log = options.log ?? (() => {});
  const store = new Store(
    dataDir ? openLog(join(dataDir, 'store.db')) : forgetfulLog(),
    options.history,
    error => log(`after a write: ${(error as Error).stack ?? error}`),
  );
  try {
    const registry = new Registry(options.apis);
    const api: Api = {
      store,
      registry,
      openapi: new OpenApi(registry),
      now,
      disabledAdmission: new Set(options.disableAdmission),
    };
    const tokenKey = dataDir ? loadTokenKey(join(dataDir, 'pki', 'tokens.key')) : createTokenKey();
    const tokens = new Tokens(api, tokenKey);
    const access = new Access(new Grants(store));
    const gate: Gate = {
      access,
      tokens,
      authenticator: new Authenticator(tokens, options.tokens),
      policies: new Policies(api),
      webhooks: new Webhooks(api, options.webhookServices),
    };
    const plane = new ControlPlane(api, gate, log);
    followDefinitions(plane);
    const answer = (exchange: Exchange) => handle(api, gate, exchange, log);
    const listener = await listenWhere(identity, options.port, dataDir, answer);
    const administrator = userOfSubject(
      new X509Certificate(identity.administrator.certificate).toLegacyObject().subject,
    );
    const begin = () => {
      bootstrap(api, listener.port);
      createDefaultRoles(api);
    };
    begin();
    aggregateRoles(plane);
    furnishNamespaces(plane, identity.authority.certificate);
    fillTokenSecrets(plane, tokens, identity.authority.certificate);
    emptyNamespaces(plane);
    if (!api.disabledAdmission?.has('ResourceQuota')) keepQuotas(api);
    protectStorage(plane);
    collectGarbage(plane);
    const life = options.simulate === false ? undefined : simulate(plane, simulationOf(options));
    await store.durable();
    return {
      ...describe(listener, identity, dataDir),
      authority: identity.authority,
      async ask(request) {
        const exchange = new DirectExchange(request, administrator);
        await answer(exchange);
        return exchange.done;
      },
      async snapshot() {
        await store.durable();
        return takeSnapshot(store);
      },
      async restore(snapshot) {
        restoreSnapshot(store, snapshot);
        await store.durable();
      },
      async wipe() {
        for (const resource of store.resources())
          for (const entry of [...store.list(resource)]) store.remove(resource, read(entry));
        await store.durable();
        begin();
        life?.furnish();
        await store.durable();
      },
      async stop() {
        plane.timers.end();
        await listener.close();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

function simulationOf({ simulate }: ClusterOptions): Simulation {
  return typeof simulate === 'object' ? simulate : {};
}

type Handler = Parameters<typeof listen>[2];

async function listenWhere(
  identity: Identity,
  port: number | undefined,
  dataDir: string | undefined,
  handler: Handler,
): Promise<Listener> {
  if (port || !dataDir) return listen(identity, port ?? 0, handler);
  const file = join(dataDir, 'port');
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) || 0 : 0;
  const listener = await listen(identity, last, handler).catch(error => {
    if (error instanceof PortTaken) return listen(identity, 0, handler);
    throw error;
  });
  writePrivate(file, String(listener.port));
  return listener;
}

function describe(
  listener: Listener,
  identity: Identity,
  dataDir: string | undefined,
): Pick<Cluster, 'url' | 'kubeconfig' | 'kubeconfigPath' | 'kubeconfigFor'> {
  const url = `https://127.0.0.1:${listener.port}`;
  const text = kubeconfig(url, identity.authority, { name: 'millrace-admin', ...identity.administrator });
  const forUser: Cluster['kubeconfigFor'] = (user, groups = []) =>
    kubeconfigFor(url, identity.authority, user, groups);
  if (!dataDir) return { url, kubeconfig: text, kubeconfigFor: forUser };
  const kubeconfigPath = join(dataDir, 'kubeconfig');
  writePrivate(kubeconfigPath, text);
  return { url, kubeconfig: text, kubeconfigPath, kubeconfigFor: forUser };
}
