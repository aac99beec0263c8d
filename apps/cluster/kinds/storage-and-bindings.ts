import { equal, type JsonObject } from '@millrace/json';
import { objectAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';

export const persistentVolumeClaimRules: KindRules = {
  problems(object, old) {
    if (!old || !textAt(old, 'spec', 'volumeName') || equal(claimed(object), claimed(old))) return [];
    return [
      {
        reason: 'FieldValueForbidden',
        message:
          'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
        field: 'spec',
      },
    ];
  },
};

/** What of a bound claim stays as it is. */
function claimed(claim: JsonObject): JsonObject {
  const { resources: _resources, volumeAttributesClassName: _class, ...rest } = objectAt(claim, 'spec');
  return rest;
}

export const persistentVolumeRules: KindRules = {
  initialStatus: { phase: 'Available' },
};

export const bindingRules: KindRules = {
  problems(object, old) {
    if (!old || JSON.stringify(object.roleRef) === JSON.stringify(old.roleRef)) return [];
    return [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(object.roleRef)}: cannot change roleRef`,
        field: 'roleRef',
      },
    ];
  },
};
