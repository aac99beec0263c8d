import type { Json, JsonObject } from '@millrace/json';
import { canonicalQuantity, quantityAmount } from '@millrace/schema';
import { objectAt } from '../../api/tree.ts';

/** Of a new quota that allows more to be asked for than to be used. */
export function quotaWarnings(quota: JsonObject): string[] {
  const hard = objectAt(quota, 'spec', 'hard');
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap(resource => {
    const bare = resource === 'cpu' || resource === 'memory' ? [resource] : [];
    const requests = [`requests.${resource}`, ...bare].find(name => Object.hasOwn(hard, name));
    const limits = `limits.${resource}`;
    if (requests === undefined || !Object.hasOwn(hard, limits)) return [];
    if (!isMore(hard[requests], hard[limits])) return [];
    const shown = (name: string) => `${name} (${canonicalQuantity(hard[name] ?? '0')})`;
    return [`ResourceQuota ${shown(requests)} should be less than ${shown(limits)}`];
  });
}

function isMore(a: Json | undefined, b: Json | undefined): boolean {
  return (quantityAmount(a ?? '0') ?? 0) > (quantityAmount(b ?? '0') ?? 0);
}
