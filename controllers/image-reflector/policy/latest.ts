import type { ImagePolicy } from '@millrace/api';
import { parseFloat64 } from '@millrace/go-template';
import { BadConstraint, latest as latestVersion } from '@millrace/semver';
import { filterTags } from './tag-filter.ts';

/** The policy cannot be followed, whatever tags there are. */
export class InvalidPolicy extends Error {
  override readonly name = 'InvalidPolicy';
}

/** The tag that a policy chooses (image-reflector-controller, docs/spec/v1/imagepolicies.md). Throws where there is none. */
export function latestOf(tags: string[], { policy, filterTags: filter }: ImagePolicy['spec']): string {
  const choose = chooserOf(policy);
  if (!filter) return choose(tags);
  let filtered: Map<string, string>;
  try {
    filtered = filterTags(tags, filter.pattern ?? '', filter.extract ?? '');
  } catch (error) {
    throw new InvalidPolicy(`failed to filter tags: ${(error as Error).message}`, { cause: error });
  }
  return filtered.get(choose([...filtered.keys()])) ?? '';
}

function chooserOf({ semver, alphabetical, numerical }: ImagePolicy['spec']['policy']) {
  const some = (choose: (tags: string[]) => string) => (tags: string[]) => {
    if (tags.length === 0) throw new Error('version list argument cannot be empty');
    return choose(tags);
  };
  if (semver) {
    inRange([], semver.range); // a range that is none is told whatever tags there are
    return some(tags => inRange(tags, semver.range) ?? none());
  }
  if (alphabetical) return some(tags => inAlphabet(tags, alphabetical.order === 'desc'));
  if (numerical) return some(tags => byNumber(tags, numerical.order === 'desc'));
  throw new InvalidPolicy('invalid policy: given ImagePolicyChoice object is invalid');
}

function inRange(tags: string[], range: string): string | undefined {
  try {
    return latestVersion(tags, range);
  } catch (error) {
    if (!(error instanceof BadConstraint)) throw error;
    throw new InvalidPolicy(`invalid policy: ${error.message}`, { cause: error });
  }
}

function none(): never {
  throw new Error('unable to determine latest version from provided list');
}

/** The last, or the first where the order is the other way round. Tags are ASCII. */
function inAlphabet(tags: string[], isDescending: boolean): string {
  return tags.reduce((best, tag) => ((isDescending ? tag < best : tag > best) ? tag : best));
}

/** The largest, or the smallest; of equals the last, as in Flux. */
function byNumber(tags: string[], isDescending: boolean): string {
  let found = { tag: '', value: Number.NaN };
  for (const [i, tag] of tags.entries()) {
    const value = parseFloat64(tag);
    if (value === undefined) throw new Error(`failed to parse invalid numeric value '${tag}'`);
    const isWorse = isDescending ? value > found.value : value < found.value;
    if (i === 0 || !isWorse) found = { tag, value };
  }
  return found.tag;
}
