import { compareText, type Owner, type Owners, seconds, writerKey } from './managed-fields.ts';

/** More entries of updates than this are merged, the oldest first. */
const most = 10;
const bucketName = 'ancient-changes';

/**
 * Keeps managedFields short: beyond ten entries of updates the oldest of each version are merged into one entry
 * named `ancient-changes`.
 *
 * Source of the rule: Kubernetes, apimachinery's field manager.
 */
export function capUpdaters(owners: Owners): Owners {
  const updaters = [...owners].filter(([, owner]) => owner.operation === 'Update');
  if (updaters.length <= most) return owners;
  updaters.sort(([a, x], [b, y]) => seconds(x.time) - seconds(y.time) || compareText(a, b));
  const capped: Owners = new Map(owners);
  const first = new Map<string, string>();
  let count = updaters.length;
  for (const [key, owner] of updaters) {
    if (count <= most) break;
    const oldest = first.get(owner.apiVersion);
    if (oldest === undefined) {
      first.set(owner.apiVersion, key);
      continue;
    }
    intoBucket(capped, oldest, key, owner);
    count--;
  }
  return capped;
}

function intoBucket(owners: Owners, oldest: string, key: string, owner: Owner): void {
  const bucket = {
    manager: bucketName,
    operation: 'Update',
    apiVersion: owner.apiVersion,
    subresource: '',
  } as const;
  const bucketKey = writerKey(bucket);
  let set = owners.get(bucketKey)?.set;
  if (!set) {
    set = (owners.get(oldest) as Owner).set;
    owners.delete(oldest);
  }
  owners.delete(key);
  owners.set(bucketKey, { ...bucket, set: owner.set.union(set), time: owner.time });
}
