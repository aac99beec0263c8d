import type { JsonObject } from '@millrace/json';
import { childOf, objectAt, textAt, valueAt } from '../api/tree.ts';
import { read } from '../store/entry.ts';
import type { World } from './world.ts';

const claims = '/persistentvolumeclaims';
const volumes = '/persistentvolumes';
const isDefault = 'storageclass.kubernetes.io/is-default-class';

/** A default storage class, where there is none at all. */
export function furnishStorage(world: World): void {
  if (world.list('storage.k8s.io/storageclasses').length > 0) return;
  world.as('persistentvolume-controller').create('storage.k8s.io/storageclasses', {
    metadata: { name: 'standard', annotations: { [isDefault]: 'true' } },
    provisioner: 'millrace.dev/simulated',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  });
}

/** A volume for every claim at once. */
export function simulateVolumes(world: World): void {
  const controller = world.as('persistentvolume-controller');
  world.reconcile(claims, claim => bind(controller, claim));
  world.reconcile(
    volumes,
    volume => release(controller, volume),
    ({ type, entry }) =>
      type === 'DELETED' && entry.resource === claims
        ? [`/${textAt(read(entry), 'spec', 'volumeName')}`]
        : [],
  );
}

function bind(controller: World, claim: JsonObject): void {
  if (textAt(claim, 'status', 'phase') === 'Bound' || textAt(claim, 'metadata', 'deletionTimestamp')) return;
  const storageClass =
    valueAt(claim, 'spec', 'storageClassName') === undefined
      ? defaultClass(controller)
      : textAt(claim, 'spec', 'storageClassName');
  const name = textAt(claim, 'spec', 'volumeName') || `pvc-${textAt(claim, 'metadata', 'uid')}`;
  const capacity = objectAt(claim, 'spec', 'resources', 'requests');
  const accessModes = valueAt(claim, 'spec', 'accessModes') ?? [];
  if (!controller.get(volumes, '', name)) {
    controller.create(volumes, {
      metadata: { name },
      spec: {
        capacity,
        accessModes,
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          name: textAt(claim, 'metadata', 'name'),
          namespace: textAt(claim, 'metadata', 'namespace'),
          uid: textAt(claim, 'metadata', 'uid'),
        },
        persistentVolumeReclaimPolicy: 'Delete',
        ...(storageClass && { storageClassName: storageClass }),
        hostPath: { path: `/var/lib/millrace/${name}` },
      },
    });
  }
  controller.report(volumes, { metadata: { name } }, { phase: 'Bound' });
  controller.change(claims, claim, current => {
    const spec = childOf(current, 'spec');
    spec.volumeName = name;
    if (storageClass) spec.storageClassName = storageClass;
    return current;
  });
  controller.report(claims, claim, { phase: 'Bound', accessModes, capacity });
}

function defaultClass(controller: World): string {
  const found = controller
    .list('storage.k8s.io/storageclasses')
    .find(each => textAt(each, 'metadata', 'annotations', isDefault) === 'true');
  return textAt(found, 'metadata', 'name');
}

/** A volume whose claim is gone is deleted or released, as its policy says. */
function release(controller: World, volume: JsonObject): void {
  const reference = objectAt(volume, 'spec', 'claimRef');
  if (textAt(volume, 'status', 'phase') === 'Pending' && !textAt(reference, 'name')) {
    controller.report(volumes, volume, { phase: 'Available' });
    return;
  }
  if (textAt(volume, 'status', 'phase') !== 'Bound' || !textAt(reference, 'name')) return;
  const claim = controller.get(claims, textAt(reference, 'namespace'), textAt(reference, 'name'));
  if (claim && textAt(claim, 'metadata', 'uid') === textAt(reference, 'uid')) return;
  // First it is released: a volume that is bound cannot go.
  controller.report(volumes, volume, { phase: 'Released' });
  if (textAt(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete')
    controller.delete(volumes, volume);
}
