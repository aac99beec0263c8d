import { equal, type JsonObject } from '@millrace/json';
import { childOf, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { fill } from './pod-defaults.ts';

/** Kinds whose rules are a few defaults, each as the API reference says. */
export const persistentVolumeClaimRules: KindRules = {
  prepare: object => fill(childOf(object, 'spec'), { volumeMode: 'Filesystem' }),
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
  initialStatus: { phase: 'Pending' },
};

/** What of a bound claim stays as it is. */
function claimed(claim: JsonObject): JsonObject {
  const { resources: _resources, volumeAttributesClassName: _class, ...rest } = objectAt(claim, 'spec');
  return rest;
}

export const persistentVolumeRules: KindRules = {
  prepare: object =>
    fill(childOf(object, 'spec'), { volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain' }),
  initialStatus: { phase: 'Available' },
};

export const ingressRules: KindRules = { initialStatus: { loadBalancer: {} } };

export const networkPolicyRules: KindRules = {
  prepare(object) {
    const spec = childOf(object, 'spec');
    if (spec.policyTypes === undefined)
      spec.policyTypes = ['Ingress', ...(spec.egress === undefined ? [] : ['Egress'])];
    for (const rule of [...objectsAt(spec, 'ingress'), ...objectsAt(spec, 'egress')]) {
      for (const port of objectsAt(rule, 'ports')) fill(port, { protocol: 'TCP' });
    }
  },
};

export const bindingRules: KindRules = {
  prepare(object) {
    fill(childOf(object, 'roleRef'), { apiGroup: 'rbac.authorization.k8s.io' });
    for (const subject of objectsAt(object, 'subjects')) {
      if (textAt(subject, 'kind') !== 'ServiceAccount')
        fill(subject, { apiGroup: 'rbac.authorization.k8s.io' });
    }
  },
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

export const storageClassRules: KindRules = {
  prepare: object => fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
};

export const autoscalerRules: KindRules = {
  prepare: object => fill(childOf(object, 'spec'), { minReplicas: 1 }),
  initialStatus: { desiredReplicas: 0, currentReplicas: 0 },
};

export const disruptionBudgetRules: KindRules = {
  initialStatus: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
};
