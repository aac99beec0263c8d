import type { JsonObject } from '@millrace/json';
import { objectAt } from '../../api/tree.ts';
import { fractionWarnings } from './amounts.ts';

/** Of the spec of a PersistentVolumeClaim at `at`. */
export function claimWarnings(spec: JsonObject, at: string): string[] {
  return ['requests', 'limits'].flatMap(field =>
    fractionWarnings(objectAt(spec, 'resources', field), 'storage', `${at}.resources.${field}`),
  );
}
