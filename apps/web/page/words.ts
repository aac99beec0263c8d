import type { State } from '../model/row.ts';

export const stateWords: Record<State, string> = {
  failing: 'Failing',
  waiting: 'Waiting',
  progressing: 'In progress',
  suspended: 'Suspended',
  unknown: 'Not seen yet',
  ready: 'Ready',
};

/** `3 min`: how long ago something was. */
export function ago(time: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) return '';
  const [size, unit] = units.find(([least]) => seconds >= least) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}

const units: [number, string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

export const exactly = (time: string) => (time === '' ? '' : new Date(time).toLocaleString());

/** `main@5394cb7f`: a revision as people say it. */
export function shortRevision(revision: string): string {
  return revision
    .replace(/sha1:([0-9a-f]{8})[0-9a-f]*/g, '$1')
    .replace(/sha256:([0-9a-f]{8})[0-9a-f]*/g, '$1');
}
