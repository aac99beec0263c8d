import type { Expiring } from './token-cache.ts';

export type CloudProvider = 'aws' | 'azure' | 'gcp';

/** What a registry takes as user and password. */
export interface RegistryLogin extends Expiring {
  username: string;
  password: string;
}
