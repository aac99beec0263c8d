import { equal, type JsonObject } from '@millrace/json';
import { duplicate, type FieldError, forbidden, required } from '@millrace/schema';
import { objectsAt, textAt } from '../api/tree.ts';
import { dnsLabel } from './validation/names.ts';

const path = 'spec.ephemeralContainers';
/** What makes no sense for a container that is there to look around. */
const unfit = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy'];

/**
 * Containers are added to a Pod that runs, and stay as they are.
 * https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
 */
export function ephemeralProblems(pod: JsonObject, old: JsonObject | undefined): FieldError[] {
  const containers = objectsAt(pod, 'spec', 'ephemeralContainers');
  const problems = containers.flatMap((container, i) => containerProblems(pod, container, i));
  for (const known of objectsAt(old, 'spec', 'ephemeralContainers')) {
    const name = textAt(known, 'name');
    const now = containers.find(container => container.name === name);
    if (now && equal(now, known)) continue;
    const what = `existing ephemeral containers ${JSON.stringify(name)} may not be`;
    problems.push(forbidden(path, now ? `${what} changed` : `${what} removed\n`));
  }
  return problems;
}

function containerProblems(pod: JsonObject, container: JsonObject, i: number): FieldError[] {
  const at = `${path}[${i}]`;
  const name = textAt(container, 'name');
  const regular = [...objectsAt(pod, 'spec', 'containers'), ...objectsAt(pod, 'spec', 'initContainers')];
  const earlier = objectsAt(pod, 'spec', 'ephemeralContainers').slice(0, i);
  const problems: FieldError[] = name === '' ? [required(`${at}.name`)] : dnsLabel(name, `${at}.name`);
  if ([...regular, ...earlier].some(other => other.name === name))
    problems.push(duplicate(`${at}.name`, name));
  if (textAt(container, 'image') === '') problems.push(required(`${at}.image`));
  const target = textAt(container, 'targetContainerName');
  if (target && !regular.some(other => other.name === target))
    problems.push({
      field: `${at}.targetContainerName`,
      reason: 'FieldValueNotFound',
      message: `Not found: ${JSON.stringify(target)}`,
    });
  for (const field of unfit)
    if (container[field] !== undefined)
      problems.push(forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container'));
  return problems;
}
