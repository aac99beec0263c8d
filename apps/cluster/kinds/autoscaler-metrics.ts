import type { Json, JsonObject } from '@millrace/json';
import { objectAt, textAt, valueAt } from '../api/tree.ts';

/** The sources of metrics, by the field that holds them. */
const sources = ['resource', 'containerResource', 'pods', 'object', 'external'];

/** A metric of autoscaling/v2 as v1 keeps it in an annotation: each source with targets of its own. */
export function metricToV1(metric: JsonObject): JsonObject {
  return mapped(metric, (source, field) => {
    const { metric: named, target, describedObject, ...rest } = source;
    const { averageUtilization, averageValue, value } = objectAt(target);
    const name = textAt(named, 'name');
    const selector = valueAt(named, 'selector');
    const isObjectMetric = field === 'object';
    return defined({
      ...rest,
      target: describedObject,
      metricName: name || undefined,
      [field === 'external' ? 'metricSelector' : 'selector']: selector,
      targetAverageUtilization: averageUtilization,
      targetValue: isObjectMetric ? (value ?? '0') : value,
      [isObjectMetric ? 'averageValue' : 'targetAverageValue']: averageValue,
    });
  });
}

/** The metric of autoscaling/v2 that one of v1 is. */
export function metricToV2(metric: JsonObject): JsonObject {
  return mapped(metric, source => {
    const {
      metricName,
      selector,
      metricSelector,
      target: describedObject,
      targetAverageUtilization: averageUtilization,
      targetAverageValue,
      averageValue = targetAverageValue,
      targetValue,
      ...rest
    } = source;
    const type =
      averageUtilization !== undefined
        ? 'Utilization'
        : averageValue !== undefined
          ? 'AverageValue'
          : 'Value';
    const value = averageValue === undefined ? targetValue : undefined;
    const named = defined({ name: metricName, selector: selector ?? metricSelector });
    return defined({
      ...rest,
      describedObject,
      metric: metricName === undefined ? undefined : named,
      target: defined({ type, value, averageValue, averageUtilization }),
    });
  });
}

function mapped(metric: JsonObject, map: (source: JsonObject, field: string) => JsonObject): JsonObject {
  const field = sources.find(name => metric[name] !== undefined);
  return field === undefined
    ? metric
    : { type: metric.type ?? '', [field]: map(objectAt(metric, field), field) };
}

function defined(fields: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}
