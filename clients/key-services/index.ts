export { awsKms } from './aws-kms.ts';
export { azureKeyVault } from './azure-key-vault.ts';
export { googleKms } from './google-kms.ts';
export { type NetworkKeyServices, type NetworkKeys, networkKeyServices } from './key-services.ts';
export { type CloudKeys, cloudKeysIn } from './secret-entries.ts';
export { parseVaultInstances, type VaultInstances, type VaultLogin, vaultLogin } from './vault-login.ts';
export { type VaultAccess, vaultTransit } from './vault-transit.ts';
