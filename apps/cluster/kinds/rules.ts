import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import type { Cause } from '../api/status.ts';
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

/** What the API server does with objects of one resource beyond what their schema says. Trees are in the storage version. */
export interface KindRules {
  /** Decide what the client left open. `old` is undefined at creation. The tree may be changed. */
  prepare?(object: JsonObject, old: JsonObject | undefined, api: Api): void;
  /** What is wrong with the object, given what it was. */
  problems?(object: JsonObject, old: JsonObject | undefined, api: Api): Cause[];
  /** The status of a new object. */
  initialStatus?: JsonObject;
}

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
