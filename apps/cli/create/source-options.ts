import type { CreateOptions } from './flags.ts';

/** What every `create source` takes. */
export interface SourceOptions extends CreateOptions {
  fetchTimeout?: string;
  secretRef?: string;
  proxySecretRef?: string;
  ignorePaths?: string[];
}

export interface GitOptions extends SourceOptions {
  url?: string;
  branch?: string;
  tag?: string;
  tagSemver?: string;
  commit?: string;
  refName?: string;
  username?: string;
  password?: string;
  caFile?: string;
  privateKeyFile?: string;
  provider?: string;
  recurseSubmodules?: boolean;
  sparseCheckoutPaths?: string[];
  silent?: boolean;
  sshKeyAlgorithm: string;
  sshEcdsaCurve: string;
  sshRsaBits: string;
}

export interface HelmOptions extends SourceOptions {
  url?: string;
  username?: string;
  password?: string;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  ociProvider?: string;
  passCredentials?: boolean;
}

export interface BucketOptions extends SourceOptions {
  bucketName?: string;
  endpoint?: string;
  provider: string;
  region?: string;
  insecure?: boolean;
  accessKey?: string;
  secretKey?: string;
}
