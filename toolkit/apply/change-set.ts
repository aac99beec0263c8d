import { display, type ObjectRef } from '@millrace/kube';

export type Action = 'created' | 'configured' | 'unchanged' | 'deleted' | 'skipped';

export interface ObjectChange {
  ref: ObjectRef;
  action: Action;
}

/** What was changed, a line an object, as Flux's events list it; empty when nothing was. */
export function describeChanges(changes: ObjectChange[]): string {
  return describeAll(changes.filter(({ action }) => action !== 'unchanged' && action !== 'skipped'));
}

/** What became of every object: of those to be deleted, Flux tells which were left too. */
export function describeAll(changes: ObjectChange[]): string {
  return changes.map(({ ref, action }) => `${display(ref)} ${action}`).join('\n');
}
