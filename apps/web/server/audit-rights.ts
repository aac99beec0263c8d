import { isObject, type Json } from '@millrace/json';
import { NoMatchError } from '@millrace/kube';
import type { MaySee } from './journal.ts';
import { isSeen, sightsOf } from './namespace-rules.ts';
import type { Viewer } from './viewer.ts';

/**
 * Whether a viewer may see a line of the audit log: whoever may list what was changed. What is in another cluster, or of a
 * kind that is not served any more, no role here tells of.
 */
export function auditRights(viewer: Viewer): MaySee {
  const sights = sightsOf(viewer);
  return async entry => {
    const { object, server } = entry as Record<string, Json | undefined>;
    if (!isObject(object) || server !== undefined) return false;
    const { namespace = '' } = object;
    const [apiVersion, kind, name] = [object.apiVersion, object.kind, object.name];
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') return false;
    if (typeof namespace !== 'string' || typeof name !== 'string') return false;
    try {
      const { group, resource } = await viewer.client.discovery.mapping(apiVersion, kind);
      return isSeen(await sights.of({ group, resource, namespace }), name);
    } catch (error) {
      if (error instanceof NoMatchError) return false;
      throw error;
    }
  };
}
