import { limits } from './limits.ts';
import { type Fields, readTime } from './metadata-fields.ts';

/** An entry of a file's metadata: who can open its data key, and the data key as it is encrypted for them. */
export type MasterKey =
  | { kind: 'age'; recipient: string; enc: string }
  | { kind: 'pgp'; fingerprint: string; enc: string; createdAt: string }
  | {
      kind: 'aws-kms';
      arn: string;
      role?: string;
      context?: Record<string, string>;
      profile?: string;
      enc: string;
      createdAt: string;
    }
  | { kind: 'gcp-kms'; resourceId: string; enc: string; createdAt: string }
  | {
      kind: 'azure-key-vault';
      vaultUrl: string;
      name: string;
      version: string;
      enc: string;
      createdAt: string;
    }
  | {
      kind: 'vault-transit';
      address: string;
      enginePath: string;
      keyName: string;
      enc: string;
      createdAt: string;
    }
  | { kind: 'huawei-kms'; keyId: string; enc: string; createdAt: string };

/** Opens data keys: one service for each kind of secret that the caller has. */
export interface KeyService {
  /** How it is called where a file cannot be opened, such as `age (2 identities)`. Never a secret. */
  readonly name: string;
  /** False for a key that this service has nothing to do with: it is not asked for its data key then. */
  opens(key: MasterKey): boolean;
  /**
   * The data key, or a share of it, as it was before it was encrypted for this key.
   * @throws KeyFailed where it cannot be had.
   */
  dataKey(key: MasterKey, signal?: AbortSignal): Promise<Uint8Array>;
}

/** How SOPS names a key in its messages. */
export function nameOf(key: MasterKey): string {
  switch (key.kind) {
    case 'age':
      return key.recipient;
    case 'pgp':
      return key.fingerprint;
    case 'aws-kms':
      return nameOfAwsKey(key.arn, key.role, key.context, key.profile);
    case 'gcp-kms':
      return key.resourceId;
    case 'azure-key-vault':
      return `${key.vaultUrl}/keys/${key.name}/${key.version}`;
    case 'vault-transit':
      return `${key.address}/v1/${key.enginePath}/keys/${key.keyName}`;
    case 'huawei-kms':
      return key.keyId;
  }
}

function nameOfAwsKey(arn: string, role = '', context: Record<string, string> = {}, profile = ''): string {
  const pairs = Object.entries(context).map(([name, value]) => `${name}:${value}`);
  const parts = [role === '' ? arn : `${arn}+${role}`, pairs.sort().join(',')];
  if (profile !== '') return [...parts, profile].join('|');
  return parts[1] === '' ? parts[0]! : parts.join('|');
}

type Reader = (fields: Fields) => MasterKey;

/** The kinds of keys in the order in which SOPS lists them, by the name of their list. */
const readers: [list: string, read: Reader][] = [
  [
    'kms',
    fields => ({
      kind: 'aws-kms',
      arn: fields.text('arn'),
      role: fields.text('role'),
      context: fields.texts('context'),
      profile: fields.text('aws_profile'),
      ...encrypted(fields),
    }),
  ],
  ['gcp_kms', fields => ({ kind: 'gcp-kms', resourceId: fields.text('resource_id'), ...encrypted(fields) })],
  ['hckms', fields => ({ kind: 'huawei-kms', keyId: fields.text('key_id'), ...encrypted(fields) })],
  [
    'azure_kv',
    fields => ({
      kind: 'azure-key-vault',
      vaultUrl: fields.text('vault_url'),
      name: fields.text('name'),
      version: fields.text('version'),
      ...encrypted(fields),
    }),
  ],
  [
    'hc_vault',
    fields => ({
      kind: 'vault-transit',
      address: fields.text('vault_address'),
      enginePath: fields.text('engine_path'),
      keyName: fields.text('key_name'),
      ...encrypted(fields),
    }),
  ],
  ['pgp', fields => ({ kind: 'pgp', fingerprint: fields.text('fp'), ...encrypted(fields) })],
  ['age', fields => ({ kind: 'age', recipient: fields.text('recipient'), enc: encryptedKey(fields) })],
];

/** The keys of one group. */
export function readKeys(group: Fields): MasterKey[] {
  return readers.flatMap(([list, read]) => group.list(list).map(read));
}

function encrypted(fields: Fields): { enc: string; createdAt: string } {
  return { enc: encryptedKey(fields), createdAt: readTime(fields, 'created_at') };
}

function encryptedKey(fields: Fields): string {
  const text = fields.text('enc');
  if (text.length > limits.encryptedKey)
    fields.fail('enc', `is longer than the ${limits.encryptedKey} characters that are allowed`);
  return text;
}
