import { signal } from '@preact/signals';
import { addressOf, type Place, placeOf, stepFrom } from '../model/place.ts';
import type { Filter } from '../model/row.ts';

export const place = signal<Place>(placeOf(new URL(location.href)));

/** Go somewhere. Each view is a step back in the browser; typing into a filter is none. */
export function go(change: Partial<Place>, { replace = false } = {}): void {
  place.value = stepFrom(place.value, change);
  history[replace ? 'replaceState' : 'pushState'](null, '', addressOf(place.value));
}

/** The address of a step from here. */
export const addressAfter = (change: Partial<Place>) => addressOf(stepFrom(place.value, change));

export function narrow(change: Partial<Filter>): void {
  go({ filter: { ...place.value.filter, ...change } }, { replace: true });
}

addEventListener('popstate', () => {
  place.value = placeOf(new URL(location.href));
});
