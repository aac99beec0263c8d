import type { JsonObject } from '@millrace/json';
import { numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';

const unknown = '<unknown>';
/** As many metrics are shown. */
const shown = 2;

/** What an autoscaler measures beside what it wants, as `kubectl get hpa` shows it: `cpu: 40%/80%`. */
export function autoscalerTargets(scaler: JsonObject): string {
  // In v1 CPU is all that there is.
  const cpu = numberAt(scaler, 'spec', 'targetCPUUtilizationPercentage');
  if (cpu !== undefined) {
    const now = numberAt(scaler, 'status', 'currentCPUUtilizationPercentage');
    return `cpu: ${now === undefined ? unknown : `${now}%`}/${cpu}%`;
  }
  const metrics = objectsAt(scaler, 'spec', 'metrics');
  const current = objectsAt(scaler, 'status', 'currentMetrics');
  const all = metrics.map((metric, i) => describe(metric, current[i]));
  if (all.length === 0) return '<none>';
  const more = all.length > shown ? ` + ${all.length - shown} more...` : '';
  return all.slice(0, shown).join(', ') + more;
}

const fields: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

function describe(metric: JsonObject, status: JsonObject | undefined): string {
  const field = fields[textAt(metric, 'type')];
  if (!field) return '<unknown type>';
  const target = objectAt(metric, field, 'target');
  const now = objectAt(status, field, 'current');
  const isResource = field === 'resource' || field === 'containerResource';
  const average = textAt(target, 'averageValue');
  if (isResource) {
    const name = textAt(metric, field, 'name');
    if (average) return `${name}: ${textAt(now, 'averageValue') || unknown}/${average}`;
    const [has, wants] = [numberAt(now, 'averageUtilization'), numberAt(target, 'averageUtilization')];
    return `${name}: ${has === undefined ? unknown : `${has}%`}/${wants === undefined ? '<auto>' : `${wants}%`}`;
  }
  if (!average) return `${textAt(now, 'value') || unknown}/${textAt(target, 'value')}`;
  const pair = `${textAt(now, 'averageValue') || unknown}/${average}`;
  return field === 'pods' ? pair : `${pair} (avg)`;
}
