import type { JsonObject } from '@millrace/json';
import { objectAt, own, textAt } from '../../api/tree.ts';
import { tlsSecretWarnings } from './certificates.ts';
import { formatWarnings } from './definitions.ts';
import {
  endpointSliceWarnings,
  endpointsWarnings,
  ingressWarnings,
  networkPolicyWarnings,
} from './networks.ts';
import { podWarnings } from './pods.ts';
import { quotaWarnings } from './quotas.ts';
import { serviceWarnings } from './services.ts';
import {
  csiDriverWarnings,
  persistentVolumeClaimWarnings,
  persistentVolumeWarnings,
  storageClassWarnings,
} from './storage.ts';
import { hostNameWarnings, jobWarnings, statefulSetWarnings, templateWarnings } from './workloads.ts';

/** What to warn of in a valid object; `old` is what it was, undefined at creation. */
type Warn = (object: JsonObject, old: JsonObject | undefined) => string[];

/** Names are looked at once, and templates when the generation says that something changed. */
function workload(...warn: readonly Warn[]): Warn {
  return (object, old) => (old && generation(object) === generation(old) ? [] : said(warn, object, old));
}

function said(warn: readonly Warn[], object: JsonObject, old: JsonObject | undefined): string[] {
  return warn.flatMap(each => each(object, old));
}

function generation(object: JsonObject): unknown {
  return objectAt(object, 'metadata').generation;
}

/** What is said at creation alone. */
function atFirst(warn: Warn): Warn {
  return (object, old) => (old ? [] : warn(object, old));
}

const named = atFirst(object => hostNameWarnings(object));
const template: Warn = object => templateWarnings(object);

/** Source of the table: Kubernetes, the strategies in pkg/registry, WarningsOnCreate and WarningsOnUpdate. */
const warnings: Readonly<Record<string, Warn>> = {
  '/endpoints': endpointsWarnings,
  '/persistentvolumeclaims': persistentVolumeClaimWarnings,
  '/persistentvolumes': persistentVolumeWarnings,
  '/pods': atFirst(pod => [...hostNameWarnings(pod, "the Pod's hostname"), ...podWarnings(pod)]),
  '/podtemplates': workload(object => templateWarnings(object, 'template')),
  '/replicationcontrollers': workload(named, template),
  '/resourcequotas': atFirst(quotaWarnings),
  '/secrets': tlsSecretWarnings,
  '/serviceaccounts': serviceAccountWarnings,
  '/services': serviceWarnings,
  'apiextensions.k8s.io/customresourcedefinitions': formatWarnings,
  'apps/daemonsets': workload(template),
  'apps/deployments': workload(named, template),
  'apps/replicasets': workload(named, template),
  'apps/statefulsets': (object, old) => [
    ...workload(template)(object, old),
    ...statefulSetWarnings(object, old),
  ],
  'batch/cronjobs': (object, old) => [
    ...workload(named, job => jobWarnings(job, 'spec.jobTemplate.spec'))(object, old),
    ...(old && textAt(object, 'spec', 'schedule').includes('TZ') ? [zoneInSchedule] : []),
  ],
  'batch/jobs': workload(named, job => jobWarnings(job, 'spec')),
  'discovery.k8s.io/endpointslices': endpointSliceWarnings,
  'networking.k8s.io/ingresses': atFirst(ingressWarnings),
  'networking.k8s.io/networkpolicies': networkPolicyWarnings,
  'storage.k8s.io/csidrivers': csiDriverWarnings,
  'storage.k8s.io/storageclasses': storageClassWarnings,
};

/** An annotation that has had its day. */
function serviceAccountWarnings(account: JsonObject): string[] {
  const key = 'kubernetes.io/enforce-mountable-secrets';
  if (!Object.hasOwn(objectAt(account, 'metadata', 'annotations'), key)) return [];
  const why = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
  return [`metadata.annotations[${key}]: ${why}`];
}

const zoneInSchedule =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

/** What the server takes and yet warns of. */
export function kindWarnings(storage: string, object: JsonObject, old: JsonObject | undefined): string[] {
  return own(warnings, storage)?.(object, old) ?? [];
}
