import type { AzureCredential, LdapLogin, S3Keys } from '@millrace/bucket';
import type { AzureLogin, GoogleKey, Principal } from '@millrace/cloud';
import type { ConnectionOptions } from '@millrace/http';

/** Who asks the store, where it is not everybody. */
export type Identity =
  | { kind: 'keys'; keys: S3Keys }
  | { kind: 'ldap'; login: LdapLogin; connection: ConnectionOptions }
  | { kind: 'aws'; who: Principal }
  | { kind: 'google'; who: Principal | GoogleKey }
  | { kind: 'azure'; who: Principal | AzureLogin }
  | { kind: 'azure blob'; credential: AzureCredential };
