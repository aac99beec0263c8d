import { type KeyService, type MasterKey, nameOf } from './master-key.ts';
import type { Metadata } from './metadata.ts';
import { combine } from './shamir.ts';
import { KeyFailed, Problem } from './sops-error.ts';

/** Keys that need no network come first, as in SOPS. */
const order: readonly MasterKey['kind'][] = ['age', 'pgp'];

/** What became of a group: its part of the data key, or what was tried for it, key by key. */
type Outcome = { part: Uint8Array } | { tried: Attempt[] };

interface Attempt {
  key: MasterKey;
  problems: string[];
}

/**
 * The data key of a file: what one of its keys opens; or, if it has several groups, what is made of the parts of as
 * many groups as it needs.
 * @throws Problem that names the keys of the file and what was tried for each.
 */
export async function findDataKey(
  { groups, threshold }: Pick<Metadata, 'groups' | 'threshold'>,
  services: readonly KeyService[],
  signal?: AbortSignal,
): Promise<Uint8Array> {
  // A file that does not say how many groups it needs may need them all; what there is shows whether it is enough.
  const wanted = groups.length === 1 ? 1 : threshold || groups.length;
  const needed = groups.length === 1 ? 1 : threshold || 2;
  const outcomes: Outcome[] = [];
  const parts: Uint8Array[] = [];
  for (const group of groups) {
    const outcome = await openGroup(group, services, signal);
    outcomes.push(outcome);
    if ('part' in outcome) parts.push(outcome.part);
    if (parts.length === wanted) break;
  }
  if (parts.length < needed) throw notOpened(outcomes, parts.length, needed, services);
  return groups.length === 1 ? parts[0]! : combine(parts);
}

async function openGroup(
  group: readonly MasterKey[],
  services: readonly KeyService[],
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const rank = (key: MasterKey) => (order.includes(key.kind) ? order.indexOf(key.kind) : order.length);
  const tried: Attempt[] = [];
  for (const key of group.toSorted((a, b) => rank(a) - rank(b))) {
    const problems: string[] = [];
    for (const service of services.filter(one => one.opens(key))) {
      signal?.throwIfAborted();
      try {
        return { part: await service.dataKey(key, signal) };
      } catch (error) {
        if (!(error instanceof KeyFailed)) throw error;
        problems.push(`${service.name}: ${error.message}`);
      }
    }
    tried.push({ key, problems });
  }
  return { tried };
}

/** In the form of SOPS, which people know and alerts match. */
function notOpened(
  outcomes: readonly Outcome[],
  opened: number,
  needed: number,
  services: readonly KeyService[],
): Problem {
  const groups = outcomes.map((outcome, i) =>
    'part' in outcome
      ? `Group ${i}: SUCCESS`
      : [`Group ${i}: FAILED`, ...outcome.tried.flatMap(describe)].join('\n'),
  );
  const names = services.map(({ name }) => name);
  const had = names.length === 0 ? 'No keys were given.' : `Keys that were given: ${names.join(', ')}.`;
  const end =
    outcomes.length === 1
      ? 'None of the keys of the file could be opened; one is needed.'
      : `The file needs ${needed} of its groups of keys; ${opened} could be opened.`;
  const text = ['Failed to get the data key required to decrypt the SOPS file.', ...groups, `${end} ${had}`];
  return new Problem('key', `cannot get sops data key: ${text.join('\n\n')}`);
}

function describe({ key, problems }: Attempt): string[] {
  const lines = problems.length === 0 ? ['no key of this kind was given'] : problems;
  return [`  ${nameOf(key)}: FAILED`, ...lines.map(line => `    - | ${line.replaceAll('\n', '\n      | ')}`)];
}
