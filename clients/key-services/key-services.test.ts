import { cloud } from '@millrace/cloud';
import { expect, test } from 'vitest';
import { networkKeyServices } from './key-services.ts';
import { cloudKeysIn } from './secret-entries.ts';
import { parseVaultInstances } from './vault-login.ts';

const names = (services: ReturnType<typeof networkKeyServices>) =>
  Object.values(services).map(({ name }) => name);
const who = { namespace: 'apps', name: 'sops' };

test('each kind of keys is opened by who the object says', () => {
  expect(names(networkKeyServices(cloud(), { who }))).toEqual([
    'aws-kms (as ServiceAccount apps/sops)',
    'gcp-kms (as ServiceAccount apps/sops)',
    'azure-kv (as ServiceAccount apps/sops)',
    'hc-vault (with VAULT_TOKEN)',
  ]);
});

test('a Secret goes before it, each entry for its own kind', () => {
  const secret = cloudKeysIn({
    'sops.azure-kv': Buffer.from('clientId: c'),
    'sops.vault-token': Buffer.from('hvs.x'),
  });
  const vaultInstances = parseVaultInstances('instances: []');
  expect(names(networkKeyServices(cloud(), { who: 'controller', secret, vaultInstances }))).toEqual([
    'aws-kms (as the controller)',
    'gcp-kms (as the controller)',
    'azure-kv (as application c)',
    'hc-vault (with a token)',
  ]);
});

test('a ServiceAccount logs in at Vault where it is set up, and not with VAULT_TOKEN', () => {
  const vaultInstances = parseVaultInstances('instances: []');
  expect(names(networkKeyServices(cloud(), { who, vaultInstances }))[3]).toBe(
    'hc-vault (with a ServiceAccount)',
  );
});

test('each service opens keys of its own kind only', async () => {
  const services = networkKeyServices(cloud(), { who: 'controller' });
  for (const [kind, service] of Object.entries(services)) {
    for (const other of [...Object.keys(services), 'age', 'pgp', 'huawei-kms'])
      expect(service.opens({ kind: other } as Parameters<typeof service.opens>[0])).toBe(kind === other);
    await expect(service.dataKey({ kind: 'age', recipient: 'age1', enc: '' })).rejects.toThrow(
      'not a key of',
    );
  }
});
