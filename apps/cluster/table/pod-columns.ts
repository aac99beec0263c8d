import type { JsonObject } from '@millrace/json';
import { numberAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { ageColumn, type Column, column, wide } from './column.ts';

export const podColumns: readonly Column[] = [
  column('Ready', ready),
  column('Status', podStatus),
  column('Restarts', pod =>
    String(containers(pod).reduce((sum, each) => sum + (numberAt(each, 'restartCount') ?? 0), 0)),
  ),
  ageColumn,
  wide('IP', pod => textAt(pod, 'status', 'podIP') || '<none>'),
  wide('Node', pod => textAt(pod, 'spec', 'nodeName') || '<none>'),
  wide('Nominated Node', pod => textAt(pod, 'status', 'nominatedNodeName') || '<none>'),
  wide('Readiness Gates', readinessGates),
];

function containers(pod: JsonObject): JsonObject[] {
  return objectsAt(pod, 'status', 'containerStatuses');
}

function ready(pod: JsonObject): string {
  const all = objectsAt(pod, 'spec', 'containers').length;
  return `${containers(pod).filter(each => each.ready === true).length}/${all}`;
}

/** The most telling word: what keeps a container from running, else the phase. */
function podStatus(pod: JsonObject): string {
  if (textAt(pod, 'metadata', 'deletionTimestamp')) return 'Terminating';
  const phase = textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase') || 'Unknown';
  for (const each of objectsAt(pod, 'status', 'initContainerStatuses')) {
    const waiting = textAt(each, 'state', 'waiting', 'reason');
    if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`;
  }
  for (const each of containers(pod)) {
    const waiting = textAt(each, 'state', 'waiting', 'reason');
    if (waiting) return waiting;
    const ended = textAt(each, 'state', 'terminated', 'reason');
    if (ended) return ended;
  }
  return phase;
}

function readinessGates(pod: JsonObject): string {
  const gates = objectsAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = objectsAt(pod, 'status', 'conditions');
  const passed = gates.filter(gate =>
    conditions.some(({ type, status }) => type === valueAt(gate, 'conditionType') && status === 'True'),
  );
  return `${passed.length}/${gates.length}`;
}
