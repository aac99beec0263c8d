import { type AwsKeys, awsRequestHandler, type Cloud, type Principal } from '@millrace/cloud';
import { KeyFailed, type KeyService, type MasterKey } from '@millrace/sops';
import { fromBase64, opening } from './key-failure.ts';
import { describePrincipal } from './principal.ts';

type AwsKey = Extract<MasterKey, { kind: 'aws-kms' }>;

/**
 * Keys of AWS KMS, by an access key or by who somebody is in the region of the key. A role that the file names is
 * assumed by it. A profile that it names is not looked for: it would be one of the controller's.
 */
export function awsKms(cloud: Cloud, who: AwsKeys | Principal): KeyService {
  const service = 'AWS KMS';
  return {
    name: `aws-kms (${describePrincipal(who)})`,
    opens: key => key.kind === 'aws-kms',
    async dataKey(key, signal) {
      if (key.kind !== 'aws-kms') throw new KeyFailed('not a key of AWS KMS');
      const secrets: (string | undefined)[] = [];
      return opening(service, signal, secrets, async () => {
        const region = regionOf(key.arn);
        const credentials = await cloud.awsCredentials(who, { region, role: key.role || undefined }, signal);
        secrets.push(credentials.secretAccessKey, credentials.sessionToken);
        return decrypt(key, region, credentials, cloud, signal);
      });
    },
  };
}

/** Throws KeyFailed for what is no ARN of a key or an alias. */
function regionOf(arn: string): string {
  const region = /^arn:aws[\w-]*:kms:([a-z0-9-]+):[0-9]+:(?:key|alias)\/.+$/.exec(arn)?.[1];
  if (!region) throw new KeyFailed(`no valid ARN found in ${JSON.stringify(arn)}`);
  return region;
}

async function decrypt(
  key: AwsKey,
  region: string,
  credentials: AwsKeys,
  cloud: Cloud,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { DecryptCommand, KMSClient } = await import('./aws-kms-sdk.ts');
  const client = new KMSClient({
    region,
    credentials: { ...credentials },
    requestHandler: awsRequestHandler(cloud.http),
  });
  const context = Object.keys(key.context ?? {}).length > 0 ? { EncryptionContext: key.context } : {};
  const command = new DecryptCommand({
    KeyId: key.arn,
    CiphertextBlob: fromBase64(key.enc, 'base64', 'the encrypted data key'),
    ...context,
  });
  const answer = await client.send(command, signal ? { abortSignal: signal } : {});
  if (!answer.Plaintext?.length) throw new KeyFailed('the answer holds no data key');
  return answer.Plaintext;
}
