import { effect } from '@preact/signals';
import { plainKind } from '../model/object-name.ts';
import type { View } from '../model/place.ts';
import { place } from './place.ts';
import { rows } from './store.ts';

export const viewWords: Record<View, string> = {
  fleet: 'Fleet',
  events: 'Events',
  rehearsal: 'Rehearsal',
  notifications: 'Notifications',
  audit: 'Audit log',
};

/** Tabs of a browser say what they show (WCAG 2.4.2), and how much fails. */
export function followTitle(): void {
  effect(() => {
    const { object, view } = place.value;
    const what = object ? `${object.name}, ${plainKind(object.kind)}` : viewWords[view];
    let failing = 0;
    if (!object && view === 'fleet')
      for (const { state } of rows.value.values()) if (state === 'failing') failing++;
    document.title = `${failing > 0 ? `(${failing}) ` : ''}${what} · Millrace`;
  });
}
