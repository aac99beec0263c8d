import { type Cloud, type Expiring, type Principal, serviceAccountIn, textIn } from '@millrace/cloud';
import { isObject } from '@millrace/json';
import { KeyFailed } from '@millrace/sops';
import { parseAll } from '@millrace/yaml';
import type { VaultServer } from './vault-client.ts';

/** Servers that take tokens of this cluster, and the paths by which one logs in at them. */
export type VaultInstances = ReadonlyMap<string, string>;

/**
 * The entry `config.yaml` of the ConfigMap that `--sops-vault-configmap` names: `instances`, each with `address` and
 * `loginPath`. Throws KeyFailed.
 */
export function parseVaultInstances(text: string): VaultInstances {
  const config = parseAll(text, { source: 'config.yaml', duplicates: 'last' })[0] ?? null;
  if (config === null) return new Map();
  const list = isObject(config) ? (config.instances ?? []) : undefined;
  if (!Array.isArray(list)) throw new KeyFailed('config.yaml: instances must be a list');
  return new Map(
    list.map((instance, i) => {
      const { address, loginPath } = isObject(instance) ? instance : {};
      if (typeof address !== 'string' || typeof loginPath !== 'string')
        throw new KeyFailed(`config.yaml: instances[${i}] must have an address and a loginPath`);
      return [address, loginPath] as const;
    }),
  );
}

export interface VaultToken extends Expiring {
  token: string;
}

/** By which a ServiceAccount, or the controller's own, gets a token of Vault. */
export interface VaultLogin {
  token(server: VaultServer, signal: AbortSignal | undefined): Promise<string>;
  /** The token was refused: it may have been revoked. */
  forget(server: VaultServer): void;
}

/**
 * Any method that takes a token of the cluster, such as kubernetes and jwt. The role is `<namespace>_<name>` of the
 * ServiceAccount, and the token's audience the address.
 */
export function vaultLogin(cloud: Cloud, who: Principal, instances: VaultInstances): VaultLogin {
  const keyOf = (server: VaultServer) => ['vault', server.address, instances.get(server.address), who];
  return {
    async token(server, signal) {
      const path = instances.get(server.address);
      if (!path)
        throw new KeyFailed(`the ConfigMap of --sops-vault-configmap has no loginPath for ${server.address}`);
      // Not from the cache of Vault's tokens alone: a ServiceAccount that is gone gets nothing.
      const { token: jwt } = await cloud.kubernetesToken(who, [server.address], signal);
      const make = (flight: AbortSignal) => login(server, path, jwt, flight);
      return (await cloud.tokens.get(keyOf(server), make, signal)).token;
    },
    forget: server => cloud.tokens.forget(keyOf(server)),
  };
}

async function login(
  server: VaultServer,
  path: string,
  jwt: string,
  signal: AbortSignal,
): Promise<VaultToken> {
  const { namespace, name } = serviceAccountIn(jwt, 'what the API server issued');
  const role = `${namespace}_${name}`;
  const what = `role ${role} cannot log in at ${path}`;
  const answer = await server.write(path, { role, jwt }, { what, secret: jwt, signal });
  const auth = isObject(answer.auth) ? answer.auth : {};
  const seconds = typeof auth.lease_duration === 'number' ? auth.lease_duration : 0;
  return { token: textIn(auth, ['client_token'], what), expires: new Date(Date.now() + seconds * 1000) };
}
