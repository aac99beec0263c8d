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

/** A key service for each provider, in the order in which SOPS lists them. */
export function networkKeyServices(
  cloud: Cloud,
  { secret = {}, who, vaultInstances }: NetworkKeys,
): KeyService[] {
  return [
    awsKms(cloud, secret.aws ?? who),
    googleKms(cloud, secret.google ?? who),
    azureKeyVault(cloud, secret.azure ?? who),
    vaultTransit(vaultAccess(cloud, secret, who, vaultInstances)),
  ];
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
