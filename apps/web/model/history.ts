import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, type KubeObject } from '@millrace/kube';

/** What an object has applied or released before, the newest first. */
export interface Past {
  /** A revision, or a release and its chart. */
  what: string;
  /** RFC 3339; empty where it is not told. */
  at: string;
  status: string;
  /** What else is told of it. */
  more: string;
}

/** status.history, of Kustomizations and HelmReleases; nothing for others. */
export function historyOf(object: KubeObject): Past[] {
  const list = at(asJson(object), 'status', 'history');
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map(object.kind === 'HelmRelease' ? release : applied);
}

function applied(entry: JsonObject): Past {
  const times = entry.totalReconciliations;
  const revision = isObject(entry.metadata) ? text(entry.metadata.revision) : '';
  const duration = text(entry.lastReconciledDuration);
  return {
    what: revision || text(entry.digest),
    at: text(entry.lastReconciled),
    status: text(entry.lastReconciledStatus),
    more: [
      typeof times === 'number' && (times === 1 ? 'once' : `${times} times`),
      duration && `in ${duration}`,
    ]
      .filter(Boolean)
      .join(', '),
  };
}

function release(entry: JsonObject): Past {
  const app = text(entry.appVersion);
  return {
    what: `v${String(entry.version)}: ${text(entry.chartName)} ${text(entry.chartVersion)}`,
    at: text(entry.lastDeployed),
    status: text(entry.status),
    more: app && `app ${app}`,
  };
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
