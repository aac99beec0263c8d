import { definitionRules } from './custom-resource-definition.ts';
import { configMapRules, secretRules } from './data.ts';
import type { KindRules } from './kind-rules.ts';
import { namespaceRules } from './namespace.ts';
import { serviceRules } from './service.ts';
import { bindingRules, persistentVolumeClaimRules, persistentVolumeRules } from './storage-and-bindings.ts';
import {
  cronJobRules,
  daemonSetRules,
  deploymentRules,
  jobRules,
  podRules,
  replicaSetRules,
  statefulSetRules,
} from './workloads.ts';

const rules: Readonly<Record<string, KindRules>> = {
  '/configmaps': configMapRules,
  '/namespaces': namespaceRules,
  '/persistentvolumeclaims': persistentVolumeClaimRules,
  '/persistentvolumes': persistentVolumeRules,
  '/pods': podRules,
  '/secrets': secretRules,
  '/services': serviceRules,
  'apiextensions.k8s.io/customresourcedefinitions': definitionRules,
  'apps/daemonsets': daemonSetRules,
  'apps/deployments': deploymentRules,
  'apps/replicasets': replicaSetRules,
  'apps/statefulsets': statefulSetRules,
  'batch/cronjobs': cronJobRules,
  'batch/jobs': jobRules,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingRules,
  'rbac.authorization.k8s.io/rolebindings': bindingRules,
};

const none: KindRules = {};

/** The rules of a resource by its storage. */
export function rulesOf(storage: string): KindRules {
  return rules[storage] ?? none;
}
