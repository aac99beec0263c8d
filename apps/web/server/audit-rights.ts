import { isObject, type Json } from '@millrace/json';
import { NoMatchError } from '@millrace/kube';
import type { MaySee } from './journal.ts';
import { rightsOf } from './rights.ts';
import type { Viewer } from './viewer.ts';

/**
 * Whether a viewer may see a line of the audit log: whoever may list what was changed. What is in another cluster, or of a
 * kind that is not served any more, no role here tells of.
 */
export function auditRights(viewer: Viewer, signal: AbortSignal): MaySee {
  const may = rightsOf(viewer, signal);
  return async entry => {
    const { object, server } = entry as Record<string, Json | undefined>;
    if (!isObject(object) || server !== undefined) return false;
    const { apiVersion, kind, namespace = '' } = object;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof namespace !== 'string')
      return false;
    try {
      const { group, resource } = await viewer.client.discovery.mapping(apiVersion, kind);
      return await may({ group, resource, namespace });
    } catch (error) {
      if (error instanceof NoMatchError) return false;
      throw error;
    }
  };
}
