import { isObject, type Json, type JsonObject } from '@millrace/json';
import { numberAt, objectAt, textAt } from '../api/tree.ts';
import { metricToV1, metricToV2 } from './autoscaler-metrics.ts';

/**
 * HorizontalPodAutoscaler v1 knows CPU utilisation only; what it cannot express travels in annotations, so that a v1
 * writer loses nothing of a v2 object.
 */
const annotationOf = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
} as const;

export function autoscalerToV1(tree: JsonObject): JsonObject {
  const { metrics, behavior, ...spec } = objectAt(tree, 'spec');
  const { currentMetrics, conditions, ...status } = objectAt(tree, 'status');
  const all = listOf(metrics);
  const cpu = all.find(metric => cpuOf(metric, 'target') !== undefined);
  const others = all.filter(metric => metric !== cpu).map(metricToV1);
  const current = listOf(currentMetrics).find(metric => cpuOf(metric, 'current') !== undefined);
  const carried = {
    ...(others.length > 0 && { [annotationOf.metrics]: JSON.stringify(others) }),
    ...(behavior !== undefined && { [annotationOf.behavior]: JSON.stringify(behavior) }),
    ...(listOf(conditions).length > 0 && {
      [annotationOf.conditions]: JSON.stringify(listOf(conditions).map(conditionInOrder)),
    }),
  };
  return {
    ...tree,
    apiVersion: 'autoscaling/v1',
    metadata: annotated(tree.metadata, carried),
    spec: { ...spec, ...(cpu && { targetCPUUtilizationPercentage: cpuOf(cpu, 'target')! }) },
    ...(tree.status !== undefined && {
      status: {
        // Not a pointer in v1: none is zero there.
        currentReplicas: 0,
        ...status,
        ...(current && { currentCPUUtilizationPercentage: cpuOf(current, 'current')! }),
      },
    }),
  };
}

export function autoscalerToV2(tree: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = objectAt(tree, 'spec');
  const { currentCPUUtilizationPercentage: current, currentReplicas, ...status } = objectAt(tree, 'status');
  const { metadata, carried } = withoutAnnotations(objectAt(tree, 'metadata'));
  const metrics = listOf(parsed(carried.metrics)).map(metricToV2);
  if (typeof cpu === 'number')
    metrics.push(cpuMetric({ target: { type: 'Utilization', averageUtilization: cpu } }));
  const behavior = parsed(carried.behavior);
  const conditions = listOf(parsed(carried.conditions));
  const measured =
    typeof current === 'number' ? [cpuMetric({ current: { averageUtilization: current } })] : null;
  return {
    ...tree,
    apiVersion: 'autoscaling/v2',
    metadata,
    spec: { ...spec, ...(metrics.length > 0 && { metrics }), ...(isObject(behavior) && { behavior }) },
    ...(tree.status !== undefined && {
      status: {
        ...(currentReplicas !== undefined && currentReplicas !== 0 && { currentReplicas }),
        ...status,
        currentMetrics: measured,
        ...(conditions.length > 0 && { conditions }),
      },
    }),
  };
}

function cpuMetric(source: JsonObject): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', ...source } };
}

function cpuOf(metric: Json, side: 'target' | 'current'): number | undefined {
  if (textAt(metric, 'type') !== 'Resource' || textAt(metric, 'resource', 'name') !== 'cpu') return undefined;
  return numberAt(metric, 'resource', side, 'averageUtilization');
}

function conditionInOrder({ type, status, lastTransitionTime, reason, message }: JsonObject): JsonObject {
  return {
    type: type ?? '',
    status: status ?? '',
    lastTransitionTime: lastTransitionTime ?? null,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
}

function annotated(metadata: Json | undefined, annotations: JsonObject): JsonObject {
  const known = objectAt(metadata);
  if (Object.keys(annotations).length === 0) return known;
  return { ...known, annotations: { ...objectAt(known, 'annotations'), ...annotations } };
}

type Carried = { readonly [what in keyof typeof annotationOf]?: Json };

/** The metadata without the annotations that carry something, and what they carry. */
function withoutAnnotations(metadata: JsonObject): { metadata: JsonObject; carried: Carried } {
  const annotations = { ...objectAt(metadata, 'annotations') };
  const carried: Record<string, Json> = {};
  for (const [what, annotation] of Object.entries(annotationOf)) {
    if (annotations[annotation] === undefined) continue;
    carried[what] = annotations[annotation];
    delete annotations[annotation];
  }
  if (Object.keys(carried).length === 0) return { metadata, carried };
  const { annotations: _all, ...rest } = metadata;
  return { metadata: Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest, carried };
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function parsed(text: Json | undefined): Json | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
