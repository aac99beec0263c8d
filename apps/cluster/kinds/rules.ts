import { definitionRules } from './custom-resource-definition.ts';
import { configMapRules, secretRules } from './data.ts';
import {
  autoscalerRules,
  bindingRules,
  disruptionBudgetRules,
  ingressRules,
  networkPolicyRules,
  persistentVolumeClaimRules,
  persistentVolumeRules,
  storageClassRules,
} from './defaults.ts';
import type { KindRules } from './kind-rules.ts';
import { namespaceRules } from './namespace.ts';
import { serviceRules } from './service.ts';
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
  'autoscaling/horizontalpodautoscalers': autoscalerRules,
  'batch/cronjobs': cronJobRules,
  'batch/jobs': jobRules,
  'networking.k8s.io/ingresses': ingressRules,
  'networking.k8s.io/networkpolicies': networkPolicyRules,
  'policy/poddisruptionbudgets': disruptionBudgetRules,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingRules,
  'rbac.authorization.k8s.io/rolebindings': bindingRules,
  'storage.k8s.io/storageclasses': storageClassRules,
};

const none: KindRules = {};

/** The rules of a resource by its storage. */
export function rulesOf(storage: string): KindRules {
  return rules[storage] ?? none;
}
