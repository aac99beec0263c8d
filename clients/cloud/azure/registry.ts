import { CloudError } from '../errors.ts';
import type { Http } from '../http.ts';
import { askJson, textIn } from '../json-answer.ts';
import { claimsOf } from '../jwt.ts';
import type { RegistryLogin } from '../registry.ts';
import { type AzureCloud, ambientCloud, customCloud } from './clouds.ts';

const registries = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.azurecr\.(?:io|cn|de|us)$/;

/** The cloud of a registry. Throws CloudError for a host that is no registry of Azure: it would be sent a token. */
export function cloudOfRegistry(host: string): AzureCloud {
  const custom = customCloud();
  const suffix = custom?.registrySuffix;
  const isOurs = registries.test(host) || (suffix && host.endsWith(`.${suffix.replace(/^\./, '')}`));
  if (!isOurs)
    throw new CloudError(
      `${host} is no registry of Azure: <name>.${suffix?.replace(/^\./, '') ?? 'azurecr.io'} is`,
    );
  return custom ?? ambientCloud();
}

/** A token that a registry takes as a password, as `az acr login --expose-token` gets it. */
export async function acrLogin(
  host: string,
  token: string,
  http: Http,
  signal: AbortSignal,
): Promise<RegistryLogin> {
  const what = `${host} gives no token`;
  const form = new URLSearchParams({ grant_type: 'access_token', service: host, access_token: token });
  const answer = await askJson(
    http,
    what,
    {
      method: 'POST',
      url: `https://${host}/oauth2/exchange`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      signal,
    },
    [token],
  );
  const password = textIn(answer, ['refresh_token'], what);
  const { expires } = claimsOf(password, `the token of ${host}`);
  return { username: '00000000-0000-0000-0000-000000000000', password, expires };
}
