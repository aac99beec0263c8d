import type { Alert } from '@millrace/api';
import type { Event } from '@millrace/notifications';
import { RE2JS } from 're2js';

/** Something in an Alert that cannot be followed: it is told on the Alert. */
export interface Complaint {
  reason: 'InvalidConfig' | 'SourceFetchFailed';
  message: string;
}

type EventSource = Alert['spec']['eventSources'][number];

/** The sources of an Alert that name the object of an event, whatever labels they ask for. */
export function sourcesNaming({ metadata, spec }: Alert, { involvedObject, severity }: Event): EventSource[] {
  const wanted = spec.eventSeverity ?? 'info';
  if (wanted !== 'info' && wanted !== severity) return [];
  return spec.eventSources.filter(
    ({ kind, name, namespace }) =>
      kind === involvedObject.kind &&
      (namespace || metadata.namespace) === involvedObject.namespace &&
      (name === '*' || name === involvedObject.name),
  );
}

/** Whether the lists of an Alert let a message through: what one of the inclusions says, and none of the exclusions. */
export function letsThrough({ spec }: Alert, message: string, complain: (about: Complaint) => void): boolean {
  const some = (list: string[], what: string) =>
    list.some(expression => {
      const pattern = compiled(expression);
      if (!pattern)
        complain({ reason: 'InvalidConfig', message: `failed to compile ${what} regex: ${expression}` });
      return pattern?.matcher(message).find() ?? false;
    });
  const { inclusionList = [], exclusionList = [] } = spec;
  if (inclusionList.length > 0 && !some(inclusionList, 'inclusion')) return false;
  return !some(exclusionList, 'exclusion');
}

/** Expressions are few, and asked of every event. */
const known = new Map<string, RE2JS | undefined>();
const mostKnown = 1000;

function compiled(expression: string): RE2JS | undefined {
  if (known.has(expression)) return known.get(expression);
  if (known.size >= mostKnown) known.clear();
  let pattern: RE2JS | undefined;
  try {
    pattern = RE2JS.compile(expression);
  } catch {} // told on the Alert, each time that it is asked
  known.set(expression, pattern);
  return pattern;
}
