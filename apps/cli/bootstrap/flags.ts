import type { KeyOptions } from '../create/secret-objects.ts';
import type { InstallFlags } from '../install/flags.ts';

/** What every `bootstrap` has, as commander reads it. */
export interface BootstrapFlags extends InstallFlags, Omit<KeyOptions, 'password'> {
  branch: string;
  recurseSubmodules?: boolean;
  sparseCheckout?: string[];
  tokenAuth?: boolean;
  secretName: string;
  sshHostname?: string;
  sshHostkeyAlgos?: string[];
  caFile?: string;
  authorName: string;
  authorEmail: string;
  gpgKeyRing?: string;
  gpgPassphrase?: string;
  gpgKeyId?: string;
  sshSigningKeyFile?: string;
  sshSigningPassword?: string;
  sshSigningPassphrase?: string;
  sshSigningReusePrivateKey?: boolean;
  commitMessageAppendix?: string;
  /** As Go writes it. */
  interval: string;
  /** `./clusters/staging`; empty where nobody has named one. */
  path: string;
}

export interface GitFlags extends BootstrapFlags {
  url: string;
  username: string;
  password?: string;
  silent?: boolean;
  allowInsecureHttp?: boolean;
  withBearerToken?: boolean;
}

/** Of those that a Git host is asked through its API for. */
export interface HostFlags extends BootstrapFlags {
  owner: string;
  repository: string;
  personal?: boolean;
  private: boolean;
  hostname: string;
  readWriteKey?: boolean;
  reconcile?: boolean;
  team?: string[];
  /** Of Bitbucket Server. */
  group?: string[];
  username?: string;
  /** Of GitLab. */
  visibility?: string;
  deployTokenAuth?: boolean;
}
