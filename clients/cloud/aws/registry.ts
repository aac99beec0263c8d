import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr-public';
import { CloudError } from '../errors.ts';
import type { Http } from '../http.ts';
import { never } from '../jwt.ts';
import type { RegistryLogin } from '../registry.ts';
import type { AwsKeys } from './keys.ts';
import type { EcrHost } from './registry-host.ts';
import { copied, requestHandler } from './sdk.ts';

/** The password of a region's registries, or of the public one. */
export async function ecrLogin(
  { region, isPublic }: EcrHost,
  credentials: AwsKeys,
  http: Http,
  signal: AbortSignal,
): Promise<RegistryLogin> {
  const options = { region, credentials: copied(credentials), requestHandler: requestHandler(http) };
  const abort = { abortSignal: signal };
  if (isPublic) {
    const client = new ECRPUBLICClient(options);
    return loginFrom(
      (await client.send(new GetPublicAuthorizationTokenCommand({}), abort)).authorizationData,
    );
  }
  const client = new ECRClient(options);
  return loginFrom((await client.send(new GetAuthorizationTokenCommand({}), abort)).authorizationData?.[0]);
}

function loginFrom(data: { authorizationToken?: string; expiresAt?: Date } | undefined): RegistryLogin {
  const text = Buffer.from(data?.authorizationToken ?? '', 'base64').toString('utf8');
  const [username, password, ...rest] = text.split(':');
  if (!username || !password || rest.length > 0) throw new CloudError('the answer holds no login');
  return { username, password, expires: data?.expiresAt ?? never };
}
