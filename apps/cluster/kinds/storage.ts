import { equal, type Json, type JsonObject } from '@millrace/json';
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  quantityAmount,
  required,
} from '@millrace/schema';
import { timestamp } from '../api/api.ts';
import { listAt, objectAt, textAt, valueAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { subdomain } from './validation/names.ts';

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];
const volumeModes = ['Block', 'Filesystem'];
const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export const persistentVolumeClaimRules: KindRules = {
  initialStatus: { phase: 'Pending' },
  problems(object, old) {
    const problems = claimProblems(objectAt(object, 'spec'), 'spec');
    if (old && !equal(fixed(object, old), fixed(old, old))) {
      const why =
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
      problems.push(forbidden('spec', why));
    }
    if (old) problems.push(...shrinkProblems(object, old));
    return problems;
  },
};

/** A claim that was to grow may ask for less again, but not for less than it has. */
function shrinkProblems(claim: JsonObject, old: JsonObject): FieldError[] {
  const path = ['resources', 'requests', 'storage'] as const;
  const amount = (value: Json | undefined) => quantityAmount(value ?? '0') ?? 0;
  const size = amount(valueAt(claim, 'spec', ...path));
  if (size >= amount(valueAt(old, 'spec', ...path))) return [];
  if (size > amount(valueAt(old, 'status', 'capacity', 'storage'))) return [];
  return [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')];
}

/** What is wrong with the spec of a claim, or of the template of one. */
export function claimProblems(spec: JsonObject, path: string): FieldError[] {
  const problems: FieldError[] = [];
  const modes = listAt(spec, 'accessModes');
  if (modes.length === 0)
    problems.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  for (const mode of modes) {
    if (!accessModes.includes(String(mode)))
      problems.push(notSupported(`${path}.accessModes`, mode, accessModes));
  }
  const size = valueAt(spec, 'resources', 'requests', 'storage');
  if (size === undefined) problems.push(required(`${path}.resources[storage]`));
  else if ((quantityAmount(size) ?? 0) <= 0)
    problems.push(invalid(`${path}.resources[storage]`, size, 'must be greater than zero'));
  const { storageClassName, volumeMode } = spec;
  if (typeof storageClassName === 'string' && storageClassName !== '')
    problems.push(...subdomain(storageClassName, `${path}.storageClassName`));
  if (volumeMode !== undefined && !volumeModes.includes(String(volumeMode)))
    problems.push(notSupported(`${path}.volumeMode`, volumeMode, volumeModes));
  return problems;
}

/** What of a claim stays as it is; binding fills in the volume and the class. */
function fixed(claim: JsonObject, old: JsonObject): JsonObject {
  const { resources, volumeAttributesClassName: _class, ...rest } = objectAt(claim, 'spec');
  if (textAt(old, 'status', 'phase') !== 'Bound' && resources !== undefined) rest.resources = resources;
  if (!textAt(old, 'spec', 'volumeName')) delete rest.volumeName;
  if (valueAt(old, 'spec', 'storageClassName') === undefined) delete rest.storageClassName;
  return rest;
}

const plainVolumeFields = [
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
];

export const persistentVolumeRules: KindRules = {
  prepare(object, old, api) {
    if (!old) object.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(api.now()) };
  },
  problems(object) {
    const spec = objectAt(object, 'spec');
    const problems: FieldError[] = [];
    if (listAt(spec, 'accessModes').length === 0) problems.push(required('spec.accessModes'));
    if (valueAt(spec, 'capacity') === undefined) problems.push(required('spec.capacity'));
    if (valueAt(spec, 'capacity', 'storage') === undefined)
      problems.push(notSupported('spec.capacity', spec.capacity ?? null, ['storage']));
    if (Object.keys(spec).every(field => plainVolumeFields.includes(field)))
      problems.push(required('spec', 'must specify a volume type'));
    const [, ...more] = Object.keys(spec).filter(field => !plainVolumeFields.includes(field));
    for (const type of more)
      problems.push(forbidden(`spec.${type}`, 'may not specify more than 1 volume type'));
    const policy = textAt(spec, 'persistentVolumeReclaimPolicy');
    if (policy !== '' && !reclaimPolicies.includes(policy))
      problems.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies));
    return problems;
  },
};

/** https://kubernetes.io/docs/concepts/storage/storage-classes/ */
export const storageClassRules: KindRules = {
  problems(object, old) {
    if (!old) return [];
    const fields = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'];
    return fields
      .filter(field => !equal(object[field] ?? null, old[field] ?? null))
      .map(field =>
        field === 'parameters'
          ? forbidden('parameters', 'updates to parameters are forbidden.')
          : invalid(field, object[field] ?? '', 'field is immutable'),
      );
  },
};
