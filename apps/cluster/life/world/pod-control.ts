import { clone, type JsonObject } from '@millrace/json';
import { ApiError } from '../../api/status.ts';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { controllerReference } from './owners.ts';
import { record } from './recorder.ts';
import type { World } from './world.ts';

/** A controller makes or deletes no more Pods at a time; what it has done then brings it back for more. */
export const burst = 100;

/** A Pod made from the template of its owner, which is named by the server when no name is given. */
export function podFrom(
  owner: JsonObject,
  name = '',
  extra: (pod: JsonObject) => void = () => {},
): JsonObject {
  const template = clone(objectAt(owner, 'spec', 'template'));
  const { labels, annotations, finalizers } = objectAt(template, 'metadata');
  const pod: JsonObject = {
    metadata: {
      // A name in a template names no Pod: there may be several.
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
      ...(finalizers !== undefined && { finalizers }),
      ...(name ? { name } : { generateName: `${textAt(owner, 'metadata', 'name')}-` }),
      namespace: textAt(owner, 'metadata', 'namespace'),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec ?? {},
  };
  extra(pod);
  return pod;
}

/**
 * Create a Pod of an owner and tell of it under the name of the owner's controller. Answers with why the Pod was
 * refused, if it was: then the controller must come back.
 */
export function createPod(controller: World, owner: JsonObject, pod: JsonObject): ApiError | undefined {
  const made = controller.createOrRefusal('/pods', pod);
  if (made instanceof ApiError) {
    // In a namespace that goes nothing will ever be created again.
    if (made.code !== 404 && !isEnding(made))
      record(controller, owner, {
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${made.message}`,
      });
    return made;
  }
  const message = `Created pod: ${textAt(made, 'metadata', 'name')}`;
  record(controller, owner, { type: 'Normal', reason: 'SuccessfulCreate', message });
  return undefined;
}

function isEnding({ details }: ApiError): boolean {
  return objectsAt(details, 'causes').some(({ reason }) => reason === 'NamespaceTerminating');
}

/** Delete a Pod of an owner and tell of it. */
export function deletePod(controller: World, owner: JsonObject, pod: JsonObject): void {
  controller.delete('/pods', pod);
  const message = `Deleted pod: ${textAt(pod, 'metadata', 'name')}`;
  record(controller, owner, { type: 'Normal', reason: 'SuccessfulDelete', message });
}

export function isTerminating(object: JsonObject): boolean {
  return textAt(object, 'metadata', 'deletionTimestamp') !== '';
}

/** True for a Pod that has neither ended nor been told to. */
export function isActive(pod: JsonObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return !isTerminating(pod) && phase !== 'Failed' && phase !== 'Succeeded';
}
