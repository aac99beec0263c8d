import type { Json, JsonObject } from '@millrace/json';
import { childOf, objectAt, textAt, valueAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import { record } from '../world/recorder.ts';
import type { World } from '../world/world.ts';
import { classOf, fittingVolume, isReserved, isReservedFor, mismatchOf, sizeOf } from './volume-fit.ts';

const claims = '/persistentvolumeclaims';
const volumes = '/persistentvolumes';
const classes = 'storage.k8s.io/storageclasses';
const isDefault = 'storageclass.kubernetes.io/is-default-class';
/** On a claim: where the Pod that uses it first will run. */
export const selectedNode = 'volume.kubernetes.io/selected-node';
export const noProvisioner = 'kubernetes.io/no-provisioner';

/** A default storage class, where there is none at all. */
export function furnishStorage(world: World): void {
  if (world.list(classes).length > 0) return;
  world.as('persistentvolume-controller').create(classes, {
    metadata: { name: 'standard', annotations: { [isDefault]: 'true' } },
    provisioner: 'millrace.dev/simulated',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    allowVolumeExpansion: true,
  });
}

/**
 * Bind claims to volumes that fit, or to new ones where their class has a provisioner, whichever it is.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/
 */
export function simulateVolumes(world: World): void {
  const controller = world.as('persistentvolume-controller');
  const unbound = () =>
    world
      .list(claims)
      .filter(claim => textAt(claim, 'status', 'phase') !== 'Bound')
      .map(claim => `${textAt(claim, 'metadata', 'namespace')}/${textAt(claim, 'metadata', 'name')}`);
  world.reconcile(
    claims,
    claim => reconcileClaim(controller, claim),
    ({ entry, previous, type }) => {
      if (entry.resource === classes) return unbound();
      if (entry.resource !== volumes) return [];
      const claim = objectAt(read(entry), 'spec', 'claimRef');
      const bound = textAt(claim, 'name') ? [`${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`] : [];
      return previous && type !== 'DELETED' ? bound : [...bound, ...unbound()];
    },
  );
  world.reconcile(
    volumes,
    volume => reconcileVolume(controller, volume),
    ({ entry }) => (entry.resource === claims ? [`/${textAt(read(entry), 'spec', 'volumeName')}`] : []),
  );
}

function reconcileClaim(controller: World, claim: JsonObject): void {
  if (textAt(claim, 'metadata', 'deletionTimestamp')) return;
  const name = textAt(claim, 'spec', 'volumeName');
  if (textAt(claim, 'status', 'phase') === 'Bound') keep(controller, claim, name);
  else if (name) bindNamed(controller, claim, name);
  else if (waitsForConsumer(controller, claim)) {
    const message = 'waiting for first consumer to be created before binding';
    record(controller, claim, { type: 'Normal', reason: 'WaitForFirstConsumer', message });
  } else {
    const found = fittingVolume(claim, controller.list(volumes)) ?? provision(controller, claim);
    if (found) bind(controller, claim, found);
  }
}

/** The binding of some claims waits until it is known where the Pod runs that uses it first. */
export function waitsForConsumer(world: World, claim: JsonObject): boolean {
  const storageClass = world.get(classes, '', classOf(claim));
  return (
    textAt(storageClass, 'volumeBindingMode') === 'WaitForFirstConsumer' &&
    !textAt(claim, 'metadata', 'annotations', selectedNode)
  );
}

function bindNamed(controller: World, claim: JsonObject, name: string): void {
  const volume = controller.get(volumes, '', name);
  if (!volume) return;
  const quoted = JSON.stringify(name);
  const refuse = (reason: string, message: string) =>
    record(controller, claim, { type: 'Warning', reason, message });
  const mismatch = mismatchOf(volume, claim);
  if (isReserved(volume) && !isReservedFor(volume, claim))
    refuse('FailedBinding', `volume ${quoted} already bound to a different claim.`);
  else if (mismatch) refuse('VolumeMismatch', `Cannot bind to requested volume ${quoted}: ${mismatch}`);
  else bind(controller, claim, volume);
}

/** A new volume by the class of the claim; undefined where there is none to be had. */
function provision(controller: World, claim: JsonObject): JsonObject | undefined {
  const refuse = (type: 'Normal' | 'Warning', reason: string, message: string): undefined => {
    record(controller, claim, { type, reason, message });
  };
  const name = classOf(claim);
  if (name === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return refuse('Normal', 'FailedBinding', message);
  }
  const storageClass = controller.get(classes, '', name);
  const failed = 'ProvisioningFailed';
  if (!storageClass)
    return refuse('Warning', failed, `storageclass.storage.k8s.io ${JSON.stringify(name)} not found`);
  const provisioner = textAt(storageClass, 'provisioner');
  if (provisioner === noProvisioner)
    return refuse('Warning', failed, `no volume plugin matched name: ${noProvisioner}`);
  return newVolume(controller, claim, storageClass, provisioner);
}

function newVolume(
  controller: World,
  claim: JsonObject,
  storageClass: JsonObject,
  provisioner: string,
): JsonObject | undefined {
  const name = `pvc-${textAt(claim, 'metadata', 'uid')}`;
  const options = valueAt(storageClass, 'mountOptions');
  const made = controller.as(provisioner).create(volumes, {
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      capacity: objectAt(claim, 'spec', 'resources', 'requests'),
      accessModes: valueAt(claim, 'spec', 'accessModes') ?? [],
      claimRef: referenceTo(claim),
      persistentVolumeReclaimPolicy: textAt(storageClass, 'reclaimPolicy') || 'Delete',
      storageClassName: textAt(storageClass, 'metadata', 'name'),
      ...(options !== undefined && { mountOptions: options }),
      volumeMode: textAt(claim, 'spec', 'volumeMode') || 'Filesystem',
      hostPath: { path: `/var/lib/millrace/${name}` },
    },
  });
  if (!made) return undefined;
  const place = `${textAt(claim, 'metadata', 'namespace')}/${textAt(claim, 'metadata', 'name')}`;
  const say = (reason: string, message: string) =>
    record(controller.as(provisioner), claim, { type: 'Normal', reason, message });
  say('Provisioning', `External provisioner is provisioning volume for claim "${place}"`);
  say('ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  return made;
}

function referenceTo(claim: JsonObject): JsonObject {
  const at = (field: string) => textAt(claim, 'metadata', field);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    name: at('name'),
    namespace: at('namespace'),
    uid: at('uid'),
  };
}

/** The volume learns of its claim first, so that no two claims get it. */
function bind(controller: World, claim: JsonObject, volume: JsonObject): void {
  const name = textAt(volume, 'metadata', 'name');
  const isTaken = controller.change(volumes, volume, current => {
    childOf(current, 'spec').claimRef = { ...objectAt(current, 'spec', 'claimRef'), ...referenceTo(claim) };
    return current;
  });
  if (!isTaken) return;
  controller.report(volumes, volume, { phase: 'Bound' });
  const wasNamed = textAt(claim, 'spec', 'volumeName') !== '';
  controller.change(claims, claim, current => {
    childOf(current, 'spec').volumeName = name;
    const annotations = childOf(childOf(current, 'metadata'), 'annotations');
    annotations['pv.kubernetes.io/bind-completed'] = 'yes';
    if (!wasNamed) annotations['pv.kubernetes.io/bound-by-controller'] = 'yes';
    return current;
  });
  controller.report(claims, claim, {
    phase: 'Bound',
    accessModes: valueAt(volume, 'spec', 'accessModes') as Json,
    capacity: objectAt(volume, 'spec', 'capacity'),
  });
}

/** A claim that is bound loses its volume, or grows with it. */
function keep(controller: World, claim: JsonObject, name: string): void {
  const volume = controller.get(volumes, '', name);
  if (!volume) {
    const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
    controller.report(claims, claim, { phase: 'Lost' });
    record(controller, claim, { type: 'Warning', reason: 'ClaimLost', message });
    return;
  }
  const requests = objectAt(claim, 'spec', 'resources', 'requests');
  if (sizeOf(claim, 'spec', 'resources', 'requests') > sizeOf(volume, 'spec', 'capacity')) {
    const resizer = controller.as('external-resizer');
    const grow = (current: JsonObject) => {
      childOf(childOf(current, 'spec'), 'capacity').storage = requests.storage!;
      return current;
    };
    const say = (reason: string, message: string) =>
      record(resizer, claim, { type: 'Normal', reason, message });
    if (!resizer.change(volumes, volume, grow)) return;
    say('Resizing', `External resizer is resizing volume ${name}`);
    say('VolumeResizeSuccessful', 'Resize volume succeeded');
    controller.report(claims, claim, { capacity: { ...requests } });
  }
}

/** A volume whose claim is gone is deleted or released, as its policy says. */
function reconcileVolume(controller: World, volume: JsonObject): void {
  const phase = textAt(volume, 'status', 'phase');
  const reference = objectAt(volume, 'spec', 'claimRef');
  if (textAt(reference, 'uid') === '') {
    controller.report(volumes, volume, { phase: 'Available' });
    return;
  }
  const claim = controller.get(claims, textAt(reference, 'namespace'), textAt(reference, 'name'));
  if (claim && textAt(claim, 'metadata', 'uid') === textAt(reference, 'uid')) return;
  // First it is released: a volume that is bound cannot go.
  if (phase !== 'Released') controller.report(volumes, volume, { phase: 'Released' });
  if (textAt(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete')
    controller.delete(volumes, volume);
}
