import { hostname } from 'node:os';
import { fromNodeProviderChain, fromTemporaryCredentials, fromWebToken } from '@aws-sdk/credential-providers';
import type { Http } from '../http.ts';
import { never } from '../jwt.ts';
import type { AwsCredentials, AwsKeys } from './keys.ts';
import { copied, requestHandler } from './sdk.ts';

/** Where credentials are asked for. */
export interface SecurityTokenService {
  region: string;
  /** In place of that of the region. */
  endpoint?: string | undefined;
}

/** The SDK's chain: variables, profiles, a role for the ServiceAccount, Pod Identity, the machine's role. */
export function ambientCredentials(sts: SecurityTokenService, http: Http): Promise<AwsCredentials> {
  return taken(fromNodeProviderChain({ clientConfig: clientConfig(sts, http) }));
}

/** AssumeRoleWithWebIdentity. */
export function credentialsOfRole(
  token: string,
  role: string,
  session: string,
  sts: SecurityTokenService,
  http: Http,
): Promise<AwsCredentials> {
  return taken(
    fromWebToken({
      webIdentityToken: token,
      roleArn: role,
      roleSessionName: session,
      clientConfig: clientConfig(sts, http),
    }),
  );
}

/** AssumeRole: another role, by those credentials. SOPS calls its sessions `sops@<host>`. */
export function assumedRole(
  credentials: AwsKeys,
  role: string,
  sts: SecurityTokenService,
  http: Http,
): Promise<AwsCredentials> {
  const session = `sops@${hostname().replace(/[^\w=,.@-]/g, '')}`.slice(0, 64);
  return taken(
    fromTemporaryCredentials({
      masterCredentials: copied(credentials),
      params: { RoleArn: role, RoleSessionName: session },
      clientConfig: clientConfig(sts, http),
    }),
  );
}

function clientConfig({ region, endpoint }: SecurityTokenService, http: Http) {
  return { region, requestHandler: requestHandler(http), ...(endpoint ? { endpoint } : {}) };
}

async function taken(
  provider: () => Promise<AwsKeys & { expiration?: Date | undefined }>,
): Promise<AwsCredentials> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provider();
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    expires: expiration ?? never,
  };
}
