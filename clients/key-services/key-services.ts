import type { Cloud, Principal } from '@millrace/cloud';
import type { KeyService } from '@millrace/sops';
import { awsKms } from './aws-kms.ts';
import { azureKeyVault } from './azure-key-vault.ts';
import { googleKms } from './google-kms.ts';
import type { CloudKeys } from './secret-entries.ts';
import { type VaultInstances, vaultLogin } from './vault-login.ts';
import { type VaultAccess, vaultTransit } from './vault-transit.ts';

export interface NetworkKeys {
  /** What the Secret of the object holds: it goes before everything else, each for its own provider. */
  secret?: CloudKeys;
  /** Who asks where the Secret holds nothing: `spec.decryption.serviceAccountName`, or the controller. */
  who: Principal;
  /** Of `--sops-vault-configmap`; without it Vault takes no tokens of the cluster. */
  vaultInstances?: VaultInstances | undefined;
}

/** One for each kind of keys that others keep. */
export type NetworkKeyServices = Record<
  'aws-kms' | 'gcp-kms' | 'azure-key-vault' | 'vault-transit',
  KeyService
>;

/** They cost nothing until they are asked. */
export function networkKeyServices(
  cloud: Cloud,
  { secret = {}, who, vaultInstances }: NetworkKeys,
): NetworkKeyServices {
  return {
    'aws-kms': awsKms(cloud, secret.aws ?? who),
    'gcp-kms': googleKms(cloud, secret.google ?? who),
    'azure-key-vault': azureKeyVault(cloud, secret.azure ?? who),
    'vault-transit': vaultTransit(vaultAccess(cloud, secret, who, vaultInstances)),
  };
}

function vaultAccess(
  cloud: Cloud,
  { vaultToken }: CloudKeys,
  who: Principal,
  instances: VaultInstances | undefined,
): VaultAccess {
  if (vaultToken) return { token: vaultToken };
  return instances ? { login: vaultLogin(cloud, who, instances) } : 'environment';
}
