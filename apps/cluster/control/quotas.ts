import { equal } from '@millrace/json';
import { quotaStorage, quotasIn, recount, release } from '../admission/builtin/quotas.ts';
import type { Api } from '../api/api.ts';
import { objectAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';

/**
 * Keep what ResourceQuotas say is used right: count for new and changed ones, and give back what is not used any more.
 */
export function keepQuotas(api: Api): void {
  for (const entry of api.store.list(quotaStorage)) count(api, entry);
  api.store.subscribe(({ type, entry, previous }) => {
    if (entry.resource === quotaStorage && type !== 'DELETED') count(api, entry);
    if (!previous || quotasIn(api, entry.namespace).length === 0) return;
    release(api, entry.resource, entry.namespace, previous, type === 'DELETED' ? undefined : entry);
  });
}

function count(api: Api, { namespace, name }: Entry): void {
  const entry = api.store.get(quotaStorage, namespace, name);
  if (!entry) return;
  const quota = read(entry);
  if (!equal(objectAt(quota, 'spec', 'hard'), objectAt(quota, 'status', 'hard'))) recount(api, quota);
}
