import type { Json, JsonObject } from '@millrace/json';
import { numberAt, objectAt, textAt } from '../api/tree.ts';

/**
 * HorizontalPodAutoscaler v1 knows CPU utilisation only; the metrics that it cannot express travel in an annotation,
 * so that a v1 writer loses nothing of a v2 object.
 */
const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';

export function autoscalerToV1(tree: JsonObject): JsonObject {
  const { metrics, behavior: _behavior, ...spec } = objectAt(tree, 'spec');
  const { currentMetrics, ...status } = objectAt(tree, 'status');
  const isCpu = (metric: Json) => cpuOf(metric, 'target') !== undefined;
  const all = Array.isArray(metrics) ? metrics : [];
  const cpu = all.find(isCpu);
  const others = all.filter(metric => metric !== cpu);
  const current = Array.isArray(currentMetrics)
    ? currentMetrics.find(metric => cpuOf(metric, 'current') !== undefined)
    : undefined;
  return {
    ...tree,
    apiVersion: 'autoscaling/v1',
    ...(others.length > 0 && { metadata: annotated(tree.metadata, JSON.stringify(others)) }),
    spec: { ...spec, ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpuOf(cpu, 'target')! }) },
    ...(tree.status !== undefined && {
      status: {
        // Not a pointer in v1: none is zero there.
        currentReplicas: 0,
        ...status,
        ...(current !== undefined && { currentCPUUtilizationPercentage: cpuOf(current, 'current')! }),
      },
    }),
  };
}

export function autoscalerToV2(tree: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = objectAt(tree, 'spec');
  const { currentCPUUtilizationPercentage: _current, ...status } = objectAt(tree, 'status');
  const metadata = objectAt(tree, 'metadata');
  const { [metricsAnnotation]: carried, ...annotations } = objectAt(metadata, 'annotations');
  const metrics: Json[] = typeof carried === 'string' ? parsed(carried) : [];
  if (typeof cpu === 'number') {
    metrics.unshift({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
    });
  }
  return {
    ...tree,
    apiVersion: 'autoscaling/v2',
    metadata: carried === undefined ? metadata : { ...metadata, annotations },
    spec: { ...spec, ...(metrics.length > 0 && { metrics }) },
    ...(tree.status !== undefined && { status }),
  };
}

function cpuOf(metric: Json, side: 'target' | 'current'): number | undefined {
  if (textAt(metric, 'type') !== 'Resource' || textAt(metric, 'resource', 'name') !== 'cpu') return undefined;
  return numberAt(metric, 'resource', side, 'averageUtilization');
}

function annotated(metadata: Json | undefined, metrics: string): JsonObject {
  const known = objectAt(metadata);
  return { ...known, annotations: { ...objectAt(known, 'annotations'), [metricsAnnotation]: metrics } };
}

function parsed(text: string): Json[] {
  try {
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
