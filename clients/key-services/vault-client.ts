import { readFileSync } from 'node:fs';
import { askJson, type Http, type HttpOptions, http, pathOf } from '@millrace/cloud';
import type { JsonObject } from '@millrace/json';
import { KeyFailed } from '@millrace/sops';

/** One server of Vault or OpenBao. */
export interface VaultServer {
  /** As the file says it: tokens are issued for this audience. */
  address: string;
  /** Write to a path below /v1. Throws CloudError, and RefusedError for what the server answers. */
  write(path: string, body: JsonObject, options: WriteOptions): Promise<JsonObject>;
}

export interface WriteOptions {
  /** How an error begins. */
  what: string;
  token?: string;
  /** What of the body the server may not be quoted with. */
  secret?: string;
  signal: AbortSignal | undefined;
}

/**
 * The server at an address from a file, with what the environment says of certificates and of the namespace. Throws
 * KeyFailed for what is no address, and for one that SOPS_HCVAULT_ALLOWLIST does not allow.
 */
export function vaultServer(address: string, ask?: Http): VaultServer {
  const base = baseOf(address);
  requireAllowed(base);
  const request = ask ?? httpOfEnvironment();
  const namespace = process.env.VAULT_NAMESPACE;
  return {
    address,
    write(path, body, { what, token, secret, signal }) {
      const names = path.split('/').filter(name => name !== '');
      return askJson(
        request,
        what,
        {
          method: 'PUT',
          url: `${base}/v1${pathOf(...names)}`,
          headers: {
            'content-type': 'application/json',
            'x-vault-request': 'true',
            ...(token ? { 'x-vault-token': token } : {}),
            ...(namespace ? { 'x-vault-namespace': namespace } : {}),
          },
          body: JSON.stringify(body),
          signal,
        },
        [token, secret],
      );
    },
  };
}

function baseOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isHttp || url.username || url.password || url.search || url.hash)
    throw new KeyFailed('the address of Vault in the file is no URL like https://vault.example.com:8200');
  return url.href.replace(/\/$/, '');
}

/**
 * Servers that may be asked, by the beginnings of their addresses, separated by commas; `all`, the default, or `none`.
 * SOPS has it since 3.13, against files that send the token of the controller to a server of their author.
 */
function requireAllowed(base: string): void {
  const list = process.env.SOPS_HCVAULT_ALLOWLIST || 'all';
  if (list === 'all') return;
  const allowed = list === 'none' ? [] : list.split(',').map(entry => `${entry.trim().replace(/\/$/, '')}/`);
  if (allowed.includes('/')) throw new KeyFailed('SOPS_HCVAULT_ALLOWLIST has an empty entry');
  if (!allowed.some(start => `${base}/`.startsWith(start)))
    throw new KeyFailed(`SOPS_HCVAULT_ALLOWLIST does not allow ${base}`);
}

let known: { settings: string; http: Http } | undefined;

/** Certificates may be replaced while the process runs; what has not changed keeps its connections. */
function httpOfEnvironment(): Http {
  const tls = tlsOfEnvironment();
  const settings = JSON.stringify(tls);
  if (known?.settings !== settings) known = { settings, http: http({ tls }) };
  return known.http;
}

/** https://developer.hashicorp.com/vault/docs/commands#configure-environment-variables */
function tlsOfEnvironment(): HttpOptions['tls'] {
  const { env } = process;
  const file = (path: string) => readFileSync(path, 'utf8');
  const ca = env.VAULT_CACERT_BYTES || (env.VAULT_CACERT && file(env.VAULT_CACERT));
  return {
    ...(ca ? { ca } : {}),
    ...(env.VAULT_CLIENT_CERT ? { cert: file(env.VAULT_CLIENT_CERT) } : {}),
    ...(env.VAULT_CLIENT_KEY ? { key: file(env.VAULT_CLIENT_KEY) } : {}),
    ...(env.VAULT_TLS_SERVER_NAME ? { servername: env.VAULT_TLS_SERVER_NAME } : {}),
    rejectUnauthorized: !['1', 't', 'true'].includes((env.VAULT_SKIP_VERIFY ?? '').toLowerCase()),
  };
}
