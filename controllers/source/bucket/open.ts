import type { Bucket } from '@millrace/api';
import { ldapKeys, type ObjectStore, objectStore, type Place, StoreError } from '@millrace/bucket';
import type { Cloud } from '@millrace/cloud';
import { Failed } from '@millrace/controller';
import type { Access } from './access.ts';
import type { Identity } from './identity.ts';

/** Nothing is asked of the store yet. Throws Failed, StoreError and CloudError. */
export async function openStore(
  bucket: Bucket,
  { connection, identity }: Access,
  cloud: Cloud,
  signal: AbortSignal,
): Promise<ObjectStore> {
  const place = await placeOf(bucket, identity, cloud, signal);
  try {
    return await objectStore(place, connection);
  } catch (cause) {
    throw cause instanceof StoreError ? authenticationFailed(cause.message, cause) : cause;
  }
}

async function placeOf(
  { spec }: Bucket,
  identity: Identity | undefined,
  cloud: Cloud,
  signal: AbortSignal,
): Promise<Place> {
  const { bucketName, endpoint, insecure, region } = spec;
  const s3 = { kind: 's3', endpoint, insecure, region, bucket: bucketName } as const;
  const azure = { kind: 'azure', endpoint, container: bucketName } as const;
  switch (identity?.kind) {
    case undefined:
      return s3;
    case 'keys':
      return { ...s3, keys: identity.keys };
    case 'ldap':
      return { ...s3, keys: await ldapKeys(identity.login, identity.connection, signal) };
    case 'aws': {
      const purpose = { region: region || undefined, stsEndpoint: spec.sts?.endpoint };
      const keys = await cloud.awsCredentials(identity.who, purpose, signal).catch(cause => {
        signal.throwIfAborted();
        // A ServiceAccount that is missing is no failure of the cloud, and none of the bucket.
        const said = cause instanceof Error ? cause.message : String(cause);
        throw authenticationFailed(`AWS authentication failed: ${said}`, cause);
      });
      return { ...s3, keys };
    }
    case 'google':
      return googlePlace(bucketName, identity, cloud, signal);
    case 'azure blob':
      return { ...azure, credential: identity.credential };
    case 'azure': {
      if (!('clientId' in Object(identity.who) && 'tenantId' in Object(identity.who))) requireAzure(endpoint);
      const { token } = await cloud.azureToken(identity.who, 'https://storage.azure.com/.default', signal);
      return { ...azure, credential: { kind: 'token', token } };
    }
  }
}

/** Beside an emulator, which the environment of the controller names as for Google's own libraries, nobody is anybody. */
async function googlePlace(
  bucket: string,
  { who }: Extract<Identity, { kind: 'google' }>,
  cloud: Cloud,
  signal: AbortSignal,
): Promise<Place> {
  const emulator = process.env.STORAGE_EMULATOR_HOST;
  if (emulator)
    return {
      kind: 'google',
      bucket,
      origin: new URL(/:\/\//.test(emulator) ? emulator : `http://${emulator}`).origin,
    };
  const { token } = await cloud.googleToken(who, signal);
  return { kind: 'google', bucket, token };
}

/** In all of Azure's clouds, and for accounts in a DNS zone of their own. */
const azureHosts =
  /^https:\/\/[a-z0-9-]{1,63}(?:\.z[0-9]{1,2})?\.blob\.(?:core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|storage\.azure\.net)\/?$/;

/** A token of the controller, of its machine or of a ServiceAccount would be sent to whomever the spec names. */
function requireAzure(endpoint: string): void {
  if (azureHosts.test(endpoint)) return;
  throw authenticationFailed(
    `spec.endpoint is no Blob Storage of Azure, to which a token may be sent: https://<account>.blob.core.windows.net is`,
  );
}

function authenticationFailed(message: string, cause?: unknown): Failed {
  return new Failed('AuthenticationFailed', message, { cause });
}
