import { type Http, RefusedError, textIn } from '@millrace/cloud';
import { KeyFailed, type KeyService, type MasterKey } from '@millrace/sops';
import { fromBase64, opening } from './key-failure.ts';
import { type VaultServer, vaultServer } from './vault-client.ts';
import type { VaultLogin } from './vault-login.ts';

type VaultKey = Extract<MasterKey, { kind: 'vault-transit' }>;

/** By what a server of Vault is asked: a token, or a login; without either, by VAULT_TOKEN of the environment. */
export type VaultAccess = { token: string } | { login: VaultLogin } | 'environment';

/** Keys of the transit engine of Vault or OpenBao: https://openbao.org/api-docs/secret/transit/#decrypt-data */
export function vaultTransit(access: VaultAccess, ask?: Http): KeyService {
  const service = 'Vault transit';
  return {
    name: `hc-vault (${describeAccess(access)})`,
    opens: key => key.kind === 'vault-transit',
    async dataKey(key, signal) {
      if (key.kind !== 'vault-transit') throw new KeyFailed('not a key of Vault');
      return opening(service, signal, [], () => decrypt(key, access, vaultServer(key.address, ask), signal));
    },
  };
}

function describeAccess(access: VaultAccess): string {
  if (access === 'environment') return 'with VAULT_TOKEN';
  return 'token' in access ? 'with a token' : 'with a ServiceAccount';
}

async function decrypt(
  key: VaultKey,
  access: VaultAccess,
  server: VaultServer,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const token = await tokenOf(access, server, signal);
  try {
    return await decryptWith(token, key, server, signal);
  } catch (error) {
    const wasRefused = error instanceof RefusedError && error.status === 403;
    if (!wasRefused || typeof access === 'string' || !('login' in access)) throw error;
    access.login.forget(server);
    return decryptWith(await access.login.token(server, signal), key, server, signal);
  }
}

async function tokenOf(
  access: VaultAccess,
  server: VaultServer,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (access !== 'environment') return 'token' in access ? access.token : access.login.token(server, signal);
  const token = process.env.VAULT_TOKEN;
  if (!token)
    throw new KeyFailed('there is no token: the Secret has no sops.vault-token, and VAULT_TOKEN is not set');
  // The address stands in a file that anybody may have written: the controller's token goes to its own server only.
  if (!isSameServer(process.env.VAULT_ADDR, server.address))
    throw new KeyFailed(
      'VAULT_TOKEN is for the server of VAULT_ADDR only, and the Secret has no sops.vault-token',
    );
  return token;
}

function isSameServer(own: string | undefined, address: string): boolean {
  return own !== undefined && URL.canParse(own) && new URL(own).origin === new URL(address).origin;
}

async function decryptWith(
  token: string,
  { enginePath, keyName, enc }: VaultKey,
  server: VaultServer,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (keyName === '' || keyName.includes('/')) throw new KeyFailed('the file names no key of Vault');
  const path = `${enginePath}/decrypt/${keyName}`;
  const what = 'it is not opened';
  const answer = await server.write(path, { ciphertext: enc }, { what, token, signal });
  return fromBase64(textIn(answer, ['data', 'plaintext'], what), 'base64', 'the data key in the answer');
}
