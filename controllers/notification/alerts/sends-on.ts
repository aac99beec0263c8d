import type { Alert, Provider } from '@millrace/api';
import type { Event } from '@millrace/notifications';
import { isFor } from '../events/routing.ts';
import { letsThrough, sourcesNaming } from './alert-rules.ts';

/**
 * Whether an Alert sends an event on, by all that is told without asking anybody: the Alert, its Provider and the labels
 * of the object. What the rate limit holds back is not known here.
 * @param provider undefined where nobody may know it: then that says nothing against
 */
export function sendsOn(
  alert: Alert,
  provider: Provider | undefined,
  event: Event,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (alert.spec.suspend || provider?.spec.suspend) return false;
  const has = (wanted: Record<string, string>) =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);
  const isNamed = sourcesNaming(alert, event).some(({ matchLabels }) => !matchLabels || has(matchLabels));
  return (
    isNamed && letsThrough(alert, event.message, () => {}) && (!provider || isFor(provider, event) === true)
  );
}
