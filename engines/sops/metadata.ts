import { limits } from './limits.ts';
import { type MasterKey, readKeys } from './master-key.ts';
import { Fields, readTime } from './metadata-fields.ts';
import { Problem } from './sops-error.ts';
import { Branch, Comment, type Value } from './tree.ts';

/** What the `sops` member of a text says. */
export interface Metadata {
  /** Each group opens the data key, or a share of it if there are several. */
  groups: MasterKey[][];
  /** How many groups are needed; 0 where the file does not say. */
  threshold: number;
  /** As it goes into the MAC: to the second. */
  lastModified: string;
  mac: string;
  macOnlyEncrypted: boolean;
  rule: Rule;
}

/** Which values are encrypted. A file has one rule. */
export interface Rule {
  kind: RuleKind;
  pattern: string;
}

const ruleKinds = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'unencrypted_regex',
  'encrypted_regex',
  'unencrypted_comment_regex',
  'encrypted_comment_regex',
] as const;
export type RuleKind = (typeof ruleKinds)[number];

/**
 * @param anyVersion the version is not looked at: sops asks for it, kustomize-controller does not
 * @throws Problem that names the field which is missing or malformed.
 */
export function readMetadata(branch: Branch, anyVersion = false): Metadata {
  const fields = new Fields(branch, 'sops');
  if (!anyVersion) checkVersion(fields);
  return {
    groups: readGroups(fields),
    threshold: readThreshold(fields),
    lastModified: readTime(fields, 'lastmodified'),
    mac: fields.text('mac'),
    macOnlyEncrypted: fields.flag('mac_only_encrypted'),
    rule: readRule(fields),
  };
}

const version = /^(?:1\.|v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$)/;

/** Versions before 2 had two numbers. */
function checkVersion(fields: Fields): void {
  if (!version.test(fields.text('version')))
    fields.fail('version', 'must be the version of sops that wrote the file, such as 3.13.3');
}

/** Keys outside of groups come first: where a file has both, its groups are not looked at. */
function readGroups(fields: Fields): MasterKey[][] {
  const own = readKeys(fields);
  const groups = own.length > 0 ? [own] : fields.list('key_groups').map(readKeys);
  if (groups.length === 0)
    throw new Problem('metadata', 'No keys found in file: sops names no key that opens it');
  if (groups.length > limits.keyGroups)
    throw new Problem(
      'limit',
      `sops.key_groups has ${groups.length} groups; ${limits.keyGroups} are allowed`,
    );
  const keys = groups.reduce((sum, group) => sum + group.length, 0);
  if (keys > limits.keys) throw new Problem('limit', `sops names ${keys} keys; ${limits.keys} are allowed`);
  return groups;
}

function readThreshold(fields: Fields): number {
  const threshold = fields.integer('shamir_threshold');
  if (threshold < 0 || threshold > limits.keyGroups)
    throw new Problem('metadata', `sops.shamir_threshold must be from 0 to ${limits.keyGroups}`);
  return threshold;
}

function readRule(fields: Fields): Rule {
  const rules = ruleKinds
    .map(kind => ({ kind, pattern: fields.text(kind) }))
    .filter(({ pattern }) => pattern !== '');
  if (rules.length > 1) {
    const names = rules.map(({ kind }) => kind).join(', ');
    throw new Problem('metadata', `Cannot use more than one of ${names} in the same file: keep one of them`);
  }
  return rules[0] ?? { kind: 'unencrypted_suffix', pattern: '_unencrypted' };
}

/** The metadata of a text whose first document has it as its member `sops`; takes it out of every document. */
export function takeMetadata(documents: Branch[]): Branch {
  const found = documents.map(takeSops)[0] ?? [];
  if (found.length > 1) throw new Problem('metadata', 'Found duplicate sops entry: a file has one');
  const branch = found[0];
  if (branch === undefined) throw new Problem('metadata', 'sops metadata not found');
  return asBranch(branch);
}

function takeSops(document: Branch): Value[] {
  const taken: Value[] = [];
  document.entries = document.entries.filter(entry => {
    if (entry instanceof Comment || entry.key !== 'sops') return true;
    taken.push(entry.value);
    return false;
  });
  return taken;
}

function asBranch(value: Value): Branch {
  if (value instanceof Branch) return value;
  throw new Problem('metadata', 'Found sops entry that is not a mapping');
}
