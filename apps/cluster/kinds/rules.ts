import { mutatingPolicyRules } from '../admission/mutating-policy-rules.ts';
import { policyRules } from '../admission/policy-rules.ts';
import { apiServiceRules } from './api-service.ts';
import { autoscalerRules } from './autoscaler.ts';
import { cronJobRules } from './cron-job.ts';
import { definitionRules } from './custom-resource-definition.ts';
import { daemonSetRules } from './daemon-set.ts';
import { configMapRules, secretRules } from './data.ts';
import { disruptionBudgetRules } from './disruption-budget.ts';
import { eventRules } from './event.ts';
import { ingressRules } from './ingress.ts';
import { ingressClassRules } from './ingress-class.ts';
import { jobRules } from './job.ts';
import type { KindRules } from './kind-rules.ts';
import { leaseRules } from './lease.ts';
import { limitRangeRules } from './limit-range.ts';
import { namespaceRules } from './namespace.ts';
import { networkPolicyRules } from './network-policy.ts';
import { nodeRules } from './node.ts';
import { priorityClassRules } from './priority-class.ts';
import { bindingRules, roleRules } from './rbac.ts';
import { resourceQuotaRules } from './resource-quota.ts';
import { serviceRules } from './service.ts';
import { persistentVolumeClaimRules, persistentVolumeRules, storageClassRules } from './storage.ts';
import { webhookRules } from './webhook-configuration.ts';
import { deploymentRules, podRules, replicaSetRules, statefulSetRules } from './workloads.ts';

const rules: Readonly<Record<string, KindRules>> = {
  'admissionregistration.k8s.io/mutatingadmissionpolicies': mutatingPolicyRules,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhookRules,
  'admissionregistration.k8s.io/validatingadmissionpolicies': policyRules,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhookRules,
  '/configmaps': configMapRules,
  '/events': eventRules,
  '/limitranges': limitRangeRules,
  '/namespaces': namespaceRules,
  '/nodes': nodeRules,
  '/persistentvolumeclaims': persistentVolumeClaimRules,
  '/persistentvolumes': persistentVolumeRules,
  '/pods': podRules,
  '/resourcequotas': resourceQuotaRules,
  '/secrets': secretRules,
  '/services': serviceRules,
  'apiextensions.k8s.io/customresourcedefinitions': definitionRules,
  'apiregistration.k8s.io/apiservices': apiServiceRules,
  'apps/daemonsets': daemonSetRules,
  'apps/deployments': deploymentRules,
  'apps/replicasets': replicaSetRules,
  'apps/statefulsets': statefulSetRules,
  'autoscaling/horizontalpodautoscalers': autoscalerRules,
  'batch/cronjobs': cronJobRules,
  'batch/jobs': jobRules,
  'coordination.k8s.io/leases': leaseRules,
  'networking.k8s.io/ingressclasses': ingressClassRules,
  'networking.k8s.io/ingresses': ingressRules,
  'networking.k8s.io/networkpolicies': networkPolicyRules,
  'policy/poddisruptionbudgets': disruptionBudgetRules,
  'rbac.authorization.k8s.io/clusterroles': roleRules,
  'rbac.authorization.k8s.io/roles': roleRules,
  'scheduling.k8s.io/priorityclasses': priorityClassRules,
  'storage.k8s.io/csinodes': { optional: ['spec.drivers'] },
  'storage.k8s.io/storageclasses': storageClassRules,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingRules,
  'rbac.authorization.k8s.io/rolebindings': bindingRules,
};

const none: KindRules = {};

/** The rules of a resource by its storage. */
export function rulesOf(storage: string): KindRules {
  return rules[storage] ?? none;
}
