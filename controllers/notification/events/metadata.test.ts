import { describe, expect, test } from 'vitest';
import { combineMetadata } from './metadata.ts';
import { alertOf, eventOf } from './testing/objects.ts';

const event = (metadata: Record<string, string>) => eventOf({ metadata });

describe('the metadata of a notification', () => {
  test('comes without prefixes, later sources before earlier ones', () => {
    const alert = alertOf({ eventMetadata: { env: 'prod', summary: 'of metadata' }, summary: 'of summary' });
    const combined = combineMetadata(
      event({
        'event.toolkit.fluxcd.io/env': 'annotated',
        'event.toolkit.fluxcd.io/team': 'a',
        'kustomize.toolkit.fluxcd.io/revision': 'main',
        'kustomize.toolkit.fluxcd.io/summary': 'of the controller',
      }),
      alert,
    );
    expect(combined.event.metadata).toEqual({
      env: 'prod',
      team: 'a',
      revision: 'main',
      summary: 'of the controller',
    });
    expect(combined.conflicts).toEqual({
      env: 'involved object annotations, Alert object .spec.eventMetadata',
      summary:
        'Alert object .spec.eventMetadata, Alert object .spec.summary, involved object controller metadata',
    });
  });

  test('takes any key, that of a prototype too', () => {
    const alert = alertOf({ eventMetadata: JSON.parse('{"__proto__": "x", "constructor": "y"}') });
    const { metadata } = combineMetadata(event({}), alert).event;
    expect(Object.entries(metadata!)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});
