import type { Alert } from '@millrace/api';
import type { Row } from '../model/row.ts';

type Place = Pick<Row, 'kind' | 'namespace'>;

/** Alerts by what they listen to: an event costs no walk over all of them. */
export interface AlertIndex {
  add(key: string, alert: Alert): void;
  take(key: string, alert: Alert): void;
  to(place: Place): Iterable<Alert>;
}

export function alertIndex(): AlertIndex {
  const places = new Map<string, Map<string, Alert>>();
  const nameOf = ({ kind, namespace }: Place) => `${kind}/${namespace}`;
  const placesOf = ({ metadata, spec }: Alert) =>
    new Set(
      spec.eventSources.map(({ kind, namespace }) =>
        nameOf({ kind, namespace: namespace || (metadata.namespace ?? '') }),
      ),
    );
  return {
    add(key, alert) {
      for (const place of placesOf(alert)) {
        const those = places.get(place) ?? new Map<string, Alert>();
        places.set(place, those.set(key, alert));
      }
    },
    take(key, alert) {
      for (const place of placesOf(alert)) {
        const those = places.get(place);
        those?.delete(key);
        if (those?.size === 0) places.delete(place);
      }
    },
    to: place => places.get(nameOf(place))?.values() ?? [],
  };
}
