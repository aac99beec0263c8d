import { codeCommitLogin, codeCommitRegion } from './aws/code-commit.ts';
import { CloudError } from './errors.ts';
import { devOpsScope, type GitCredentials } from './git.ts';
import type { Ground, Identities } from './identities.ts';
import type { Principal } from './principal.ts';

/** What a Git server of the provider takes. */
export async function gitCredentials(
  identities: Identities,
  on: Ground,
  provider: 'aws' | 'azure',
  url: string,
  who: Principal,
  signal: AbortSignal | undefined,
): Promise<GitCredentials> {
  if (provider === 'azure') {
    const { token, expires } = await identities.azureToken(who, devOpsScope, signal);
    return { bearerToken: token, expires };
  }
  if (!URL.canParse(url)) throw new CloudError('the URL of the repository is no URL');
  const repository = new URL(url);
  const region = codeCommitRegion(repository);
  return codeCommitLogin(repository, await identities.awsCredentials(who, { region }, signal), on.now());
}
