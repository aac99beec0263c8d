/** Where a bucket is, and who asks. */
export type Place = S3Place | AzurePlace | GooglePlace;

export interface S3Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** Amazon S3, and all that speaks its protocol. */
export interface S3Place {
  kind: 's3';
  /** `host` or `host:port`. */
  endpoint: string;
  /** Over http. */
  insecure?: boolean | undefined;
  region?: string | undefined;
  bucket: string;
  /** Without them the bucket is a public one. */
  keys?: S3Keys | undefined;
}

/** How one is known to Azure Blob Storage. Without any of them the container is a public one. */
export type AzureCredential =
  | { kind: 'key'; account: string; key: string }
  /** Of Microsoft Entra. */
  | { kind: 'token'; token: string }
  /** A shared access signature: parameters of a query. */
  | { kind: 'signature'; query: string };

export interface AzurePlace {
  kind: 'azure';
  /** `https://<account>.blob.core.windows.net`. */
  endpoint: string;
  container: string;
  credential?: AzureCredential | undefined;
}

export interface GooglePlace {
  kind: 'google';
  bucket: string;
  /** Without one the bucket is a public one. */
  token?: string | undefined;
  /** In place of Google's, for emulators: a URL without a path. */
  origin?: string | undefined;
}
