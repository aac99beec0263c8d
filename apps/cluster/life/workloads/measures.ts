import type { JsonObject } from '@millrace/json';
import { objectAt, objectsAt, own, textAt } from '../../api/tree.ts';

/** The field of a metric that says what is measured, by its type. */
const fields: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

/** What is measured is what is wanted: then nothing needs to be scaled. */
export function measuresOf(scaler: JsonObject): JsonObject[] {
  return objectsAt(scaler, 'spec', 'metrics').flatMap(metric => {
    const type = textAt(metric, 'type');
    const field = own(fields, type);
    if (!field) return [];
    const { target, ...what } = objectAt(metric, field);
    const { averageUtilization, averageValue, value } = objectAt(target);
    const current = {
      ...(averageUtilization !== undefined && { averageUtilization, averageValue: '0' }),
      ...(averageValue !== undefined && { averageValue }),
      ...(value !== undefined && { value }),
    };
    return [{ type, [field]: { ...what, current } }];
  });
}

/** The first metric as the conditions of an autoscaler name it. */
export function measureName(scaler: JsonObject): string {
  const [metric] = objectsAt(scaler, 'spec', 'metrics');
  const type = textAt(metric, 'type');
  const source = objectAt(metric, own(fields, type) ?? 'resource');
  const metricName = textAt(source, 'metric', 'name');
  switch (type) {
    case 'Pods':
      return `pods metric ${metricName}`;
    case 'Object':
      return `${textAt(source, 'describedObject', 'kind')} metric ${metricName}`;
    case 'External':
      return `external metric ${metricName}(nil)`;
    case 'ContainerResource':
      return `${textAt(source, 'name')} container resource utilization (percentage of request)`;
    default: {
      const share = textAt(source, 'target', 'averageValue') ? '' : ' utilization (percentage of request)';
      return `${textAt(source, 'name') || 'cpu'} resource${share}`;
    }
  }
}
