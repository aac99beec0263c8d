import type { JsonObject } from '@millrace/json';
import { objectAt, objectsAt } from '../../api/tree.ts';
import { add, largest, none, parseQuantity, type Quantity } from './quantity.ts';

/** Amounts by the name of the resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

/**
 * What a Pod needs as a whole: its containers together, or what one of the init containers needs, if that is more;
 * sidecars count from when they start on.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podAmounts(spec: JsonObject, kind: 'requests' | 'limits'): Amounts {
  const total = sumOf(objectsAt(spec, 'containers').map(container => amountsOf(container, kind)));
  const sidecars = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const container of objectsAt(spec, 'initContainers')) {
    const own = amountsOf(container, kind);
    if (container.restartPolicy === 'Always') {
      addTo(sidecars, own);
      addTo(total, own);
      raise(peak, sidecars);
    } else raise(peak, sumOf([sidecars, own]));
  }
  raise(total, peak);
  // Overhead adds to a limit only where there is one.
  for (const [name, value] of Object.entries(objectAt(spec, 'overhead')))
    if (kind === 'requests' || total.has(name)) addTo(total, new Map([[name, parseQuantity(value)]]));
  return total;
}

export function amountsOf(container: JsonObject, kind: 'requests' | 'limits'): Amounts {
  const amounts = Object.entries(objectAt(container, 'resources', kind));
  return new Map(amounts.map(([name, value]) => [name, parseQuantity(value)]));
}

function sumOf(all: readonly Amounts[]): Map<string, Quantity> {
  const sum = new Map<string, Quantity>();
  for (const each of all) addTo(sum, each);
  return sum;
}

function addTo(sum: Map<string, Quantity>, more: Amounts): void {
  for (const [name, amount] of more) sum.set(name, add(sum.get(name) ?? none, amount));
}

function raise(peak: Map<string, Quantity>, other: Amounts): void {
  for (const [name, amount] of other) peak.set(name, largest(peak.get(name) ?? none, amount));
}
