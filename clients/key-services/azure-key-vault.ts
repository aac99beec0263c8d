import {
  type AzureLogin,
  askJson,
  type Cloud,
  type HttpAnswer,
  type Principal,
  pathOf,
  textIn,
} from '@millrace/cloud';
import { KeyFailed, type KeyService, type MasterKey } from '@millrace/sops';
import { fromBase64, opening } from './key-failure.ts';
import { describePrincipal } from './principal.ts';

type AzureKey = Extract<MasterKey, { kind: 'azure-key-vault' }>;

const apiVersion = '7.4';

/** Keys in Azure's Key Vault: https://learn.microsoft.com/en-us/rest/api/keyvault/keys/decrypt/decrypt */
export function azureKeyVault(cloud: Cloud, who: AzureLogin | Principal): KeyService {
  const service = 'Azure Key Vault';
  return {
    name: `azure-kv (${describePrincipal(who)})`,
    opens: key => key.kind === 'azure-key-vault',
    async dataKey(key, signal) {
      if (key.kind !== 'azure-key-vault') throw new KeyFailed('not a key of Azure Key Vault');
      return opening(service, signal, [], async () => {
        const vault = vaultOf(key);
        const value = fromBase64(key.enc, 'base64url', 'the encrypted data key').toString('base64url');
        const scope = await scopeOf(vault, cloud, signal);
        const { token } = await cloud.azureToken(who, scope, signal);
        const what = 'it is not opened';
        const request = {
          method: 'POST',
          url: urlOf(vault, key),
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ alg: 'RSA-OAEP-256', value }),
          signal,
        };
        const answer = await askJson(cloud.http, what, request, [token]);
        return fromBase64(textIn(answer, ['value'], what), 'base64url', 'the data key in the answer');
      });
    },
  };
}

/** The file says where the vault is: only https can be sent a token. */
function vaultOf({ vaultUrl }: AzureKey): URL {
  const url = URL.canParse(vaultUrl) ? new URL(vaultUrl) : undefined;
  if (url?.protocol !== 'https:' || url.username || url.password)
    throw new KeyFailed(
      `${JSON.stringify(vaultUrl)} is no URL of a vault: https://<name>.vault.azure.net is`,
    );
  return url;
}

function urlOf(vault: URL, { name, version }: AzureKey): string {
  const names = version === '' ? [name] : [name, version];
  return `${vault.origin}${pathOf('keys', ...names, 'decrypt')}?api-version=${apiVersion}`;
}

/**
 * For what a token must be, as the vault itself says when it is asked without one. It is believed only if the vault
 * belongs to that resource, so that nobody else gets a token that opens vaults:
 * https://learn.microsoft.com/en-us/azure/key-vault/general/authentication-requests-and-responses
 */
async function scopeOf(vault: URL, cloud: Cloud, signal: AbortSignal | undefined): Promise<string> {
  const make = async (flight: AbortSignal) => {
    const url = `${vault.origin}/keys?api-version=${apiVersion}`;
    const answer = await cloud.http({ method: 'GET', url, signal: flight });
    return { scope: challengedScope(vault, answer), expires: new Date(Date.now() + challengeKept) };
  };
  return (await cloud.tokens.get(['key vault', vault.origin], make, signal)).scope;
}

const challengeKept = 3_600_000;

function challengedScope(vault: URL, answer: HttpAnswer): string {
  const challenge = answer.headers['www-authenticate'] ?? '';
  const asked = /(?:resource|scope)="([^"]{1,500})"/.exec(challenge)?.[1];
  const resource = asked && URL.canParse(asked) ? new URL(asked) : undefined;
  if (answer.status !== 401 || !resource)
    throw new KeyFailed(`${vault.host} is no vault: it does not ask for a token`);
  if (resource.protocol !== 'https:' || !vault.hostname.endsWith(`.${resource.hostname}`))
    throw new KeyFailed(`${vault.host} is no vault: it asks for a token for ${resource.host}`);
  return `${resource.origin}/.default`;
}
