import type { JsonObject } from '@millrace/json';
import { duplicate, type FieldError, forbidden, required } from '@millrace/schema';
import { objectAt, objectsAt, own, textAt } from '../../api/tree.ts';
import { dnsLabel } from './names.ts';
import { fileProblems } from './volume-files.ts';

/** The field that each source of a volume needs. */
const needed: Readonly<Record<string, string>> = {
  persistentVolumeClaim: 'claimName',
  hostPath: 'path',
  nfs: 'server',
  csi: 'driver',
};

/**
 * What is wrong with the volumes of a Pod spec at `path`, and the names of the others: those that can be mounted. So
 * many volumes come before those of the spec.
 */
export function lookAtVolumes(
  spec: JsonObject,
  path: string,
  before = 0,
): { problems: FieldError[]; sound: Set<string> } {
  const [names, sound] = [new Set<string>(), new Set<string>()];
  const problems = objectsAt(spec, 'volumes').flatMap((volume, i) => {
    const at = `${path}.volumes[${before + i}]`;
    const name = textAt(volume, 'name');
    const problems = sourceProblems(volume, at);
    if (name === '') problems.push(required(`${at}.name`));
    else if (names.has(name)) problems.push(duplicate(`${at}.name`, name));
    else problems.push(...dnsLabel(name, `${at}.name`));
    names.add(name);
    if (problems.length === 0) sound.add(name);
    return problems;
  });
  return { problems, sound };
}

function sourceProblems(volume: JsonObject, at: string): FieldError[] {
  const sources = Object.keys(volume)
    .filter(key => key !== 'name')
    .sort((a, b) => rank(a) - rank(b));
  return sources.flatMap((source, i) => {
    if (i > 0) return [forbidden(`${at}.${source}`, 'may not specify more than 1 volume type')];
    const files = fileProblems(source, objectAt(volume, source), `${at}.${source}`);
    if (files.length > 0) return files;
    const field = own(needed, source);
    if (field === undefined || textAt(objectAt(volume, source), field) !== '') return [];
    return [required(`${at}.${source}.${field}`)];
  });
}

/** The order in which upstream looks at the sources. */
const order = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cephfs',
  'cinder',
  'fc',
  'azureFile',
  'flexVolume',
  'downwardAPI',
  'configMap',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'storageos',
  'portworxVolume',
  'scaleIO',
  'photonPersistentDisk',
  'projected',
  'csi',
  'ephemeral',
  'image',
];

function rank(source: string): number {
  return order.indexOf(source);
}
