import type { Expiring } from '../token-cache.ts';

/** An access key of AWS; with a session's token if it is one of a role. */
export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface AwsCredentials extends AwsKeys, Expiring {}
