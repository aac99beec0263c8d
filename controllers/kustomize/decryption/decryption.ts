import { createHash } from 'node:crypto';
import { extname } from 'node:path/posix';
import type { Kustomization } from '@millrace/api';
import { secretTexts } from '@millrace/applier';
import type { Cloud } from '@millrace/cloud';
import { Failed, type References, Stalled, type Visit } from '@millrace/controller';
import { isObject, type Json } from '@millrace/json';
import { cloudKeysIn, networkKeyServices, parseVaultInstances } from '@millrace/key-services';
import { type KubeObject, keyOf } from '@millrace/kube';
import { KeyFailed } from '@millrace/sops';
import type { DataKeys } from './data-keys.ts';
import type { DecryptionKeys, KeyServices } from './keys.ts';

/** The entries of a Secret, decoded. */
export type SecretData = Readonly<Record<string, Uint8Array>>;

/** What decides how Kustomizations are decrypted, beside themselves. */
export interface DecryptionRules {
  /** The Secret of --sops-age-secret, in the controller's namespace: for those that name no Secret. */
  ageSecret?: { namespace: string; name: string } | undefined;
  /** --feature-gates=ObjectLevelWorkloadIdentity. */
  objectLevelIdentity: boolean;
  /** --default-decryption-service-account. */
  defaultServiceAccount?: string | undefined;
  /** The ConfigMap of --sops-vault-configmap, in the controller's namespace. */
  vaultConfigMap?: { namespace: string; name: string } | undefined;
  cloud: Cloud;
}

/** What spec.decryption comes to. */
export interface Decryption {
  keys: DecryptionKeys;
  /** Equal keys have equal names. */
  version: string;
  services: KeyServices;
}

/** Throws Stalled for an identity that objects may not have. */
export function requireIdentityAllowed(
  { spec }: Kustomization,
  { objectLevelIdentity }: DecryptionRules,
): void {
  if (!spec.decryption?.serviceAccountName || objectLevelIdentity) return;
  throw new Stalled(
    'FeatureGateDisabled',
    'to use spec.decryption.serviceAccountName for decryption authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
  );
}

/**
 * Undefined where nothing is to be decrypted. The Secret is followed: other keys are a reason to build anew. Throws
 * Failed where it is missing or holds what is no key.
 */
export async function decryptionOf(
  ks: Kustomization,
  dataKeys: DataKeys,
  visit: Visit,
  on: { home: References; decryption: DecryptionRules },
): Promise<Decryption | undefined> {
  const rules = on.decryption;
  const { decryption } = ks.spec;
  const secretRef = decryption && secretOf(ks, rules);
  const refs = secretRef ? [{ apiVersion: 'v1', kind: 'Secret', ...secretRef }] : [];
  const [secret] = await on.home.read(keyOf(ks.metadata), 'decryption', refs);
  if (!decryption) return undefined;
  if (secretRef && !secret) throw new Failed('BuildFailed', `secrets "${secretRef.name}" not found`);
  if (secret) visit.discretion.keep(() => secretTexts([secret]));
  const data = secret ? dataOf(secret) : {};
  const own = decryption.secretRef !== undefined;
  const name = `sops ${own ? 'decryption' : 'age decryption'} Secret '${secretRef?.namespace}/${secretRef?.name}'`;
  const vault = await vaultConfig(ks, rules, on.home);
  const services = servicesFor(ks, own ? data : {}, name, vault, rules);
  const content = [decryption, secret ? (secret as { data?: Json }).data : null];
  const version = createHash('sha256').update(JSON.stringify(content)).digest('base64');
  dataKeys.reset(version);
  const keys = { secret: name, ...privateKeys(data, own), services: namesOf(services), data: dataKeys.known };
  return { keys, version, services };
}

function secretOf(
  ks: Kustomization,
  { ageSecret }: DecryptionRules,
): { namespace: string; name: string } | undefined {
  const { namespace = '' } = ks.metadata;
  const { secretRef } = ks.spec.decryption ?? {};
  return secretRef ? { namespace, name: secretRef.name } : ageSecret;
}

/** Undefined where Vault takes no tokens of the cluster. */
async function vaultConfig(
  ks: Kustomization,
  { vaultConfigMap }: DecryptionRules,
  home: References,
): Promise<string | undefined> {
  const refs = vaultConfigMap ? [{ apiVersion: 'v1', kind: 'ConfigMap', ...vaultConfigMap }] : [];
  const [found] = await home.read(keyOf(ks.metadata), 'vault', refs);
  const data = (found as { data?: Json } | undefined)?.data;
  const text = isObject(data) ? data['config.yaml'] : undefined;
  return typeof text === 'string' ? text : undefined;
}

function servicesFor(
  ks: Kustomization,
  data: SecretData,
  name: string,
  vault: string | undefined,
  rules: DecryptionRules,
): KeyServices {
  const account = ks.spec.decryption?.serviceAccountName || rules.defaultServiceAccount;
  const { namespace = '' } = ks.metadata;
  try {
    return networkKeyServices(rules.cloud, {
      secret: cloudKeysIn(data),
      who: account ? { namespace, name: account } : 'controller',
      // A ConfigMap that is missing trusts no server: the controller's own token is not for what it was to rule.
      vaultInstances: rules.vaultConfigMap && parseVaultInstances(vault ?? ''),
    });
  } catch (error) {
    if (!(error instanceof KeyFailed)) throw error;
    throw new Failed('BuildFailed', `failed to import data from ${name}: ${error.message}`, { cause: error });
  }
}

/** What an entry is, its ending says; the Secret that is for all holds keys of age only. */
function privateKeys(data: SecretData, own: boolean): Pick<DecryptionKeys, 'age' | 'pgp'> {
  const ending = (wanted: string) =>
    Object.entries(data).filter(([entry]) => extname(`-${entry}`) === wanted);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
  return {
    age: Object.fromEntries(ending('.agekey').map(([entry, bytes]) => [entry, text(bytes)])),
    pgp: own ? Object.fromEntries(ending('.asc')) : {},
  };
}

function namesOf(services: KeyServices): DecryptionKeys['services'] {
  return Object.fromEntries(Object.entries(services).map(([kind, { name }]) => [kind, name]));
}

function dataOf(secret: KubeObject): SecretData {
  const { data } = secret as { data?: Json };
  if (!isObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).map(([entry, value]) => [
      entry,
      new Uint8Array(Buffer.from(String(value), 'base64')),
    ]),
  );
}
