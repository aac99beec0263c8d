import type { JsonObject } from '@millrace/json';
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { type Amounts, amountsOf, podAmounts } from './pod-resources.ts';
import { count, type Quantity } from './quantity.ts';

/**
 * How much of what ResourceQuotas count one object uses; by the names that quotas use.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function usageOf(storage: string, object: JsonObject): Amounts {
  const [group = '', plural = ''] = storage.split('/');
  const usage = new Map<string, Quantity>([[`count/${plural}${group ? `.${group}` : ''}`, count(1)]]);
  if (storage === '/pods') addPod(usage, object);
  else if (storage === '/services') addService(usage, object);
  else if (storage === '/persistentvolumeclaims') addClaim(usage, object);
  else if (byPluralAlone.includes(storage)) usage.set(plural, count(1));
  return usage;
}

/** Those that quotas name without `count/`, from before that was there. */
const byPluralAlone = ['/configmaps', '/secrets', '/replicationcontrollers', '/resourcequotas'];

const named = ['cpu', 'memory', 'ephemeral-storage'];

/** Pods that have ended need nothing more. */
function addPod(usage: Map<string, Quantity>, pod: JsonObject): void {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return;
  usage.set('pods', count(1));
  const spec = objectAt(pod, 'spec');
  for (const [name, amount] of podAmounts(spec, 'requests')) {
    usage.set(`requests.${name}`, amount);
    if (named.includes(name) || name.startsWith('hugepages-')) usage.set(name, amount);
  }
  for (const [name, amount] of podAmounts(spec, 'limits'))
    if (named.includes(name)) usage.set(`limits.${name}`, amount);
}

function addService(usage: Map<string, Quantity>, service: JsonObject): void {
  const type = textAt(service, 'spec', 'type');
  const ports = objectsAt(service, 'spec', 'ports');
  const balances = type === 'LoadBalancer';
  const allocates = valueAt(service, 'spec', 'allocateLoadBalancerNodePorts') !== false;
  const nodePorts =
    type === 'NodePort' || (balances && allocates)
      ? ports.length
      : balances
        ? ports.filter(port => numberAt(port, 'nodePort')).length
        : 0;
  usage.set('services', count(1));
  usage.set('services.loadbalancers', count(balances ? 1 : 0));
  usage.set('services.nodeports', count(nodePorts));
}

function addClaim(usage: Map<string, Quantity>, claim: JsonObject): void {
  usage.set('persistentvolumeclaims', count(1));
  const size = amountsOf({ resources: objectAt(claim, 'spec', 'resources') }, 'requests').get('storage');
  if (size) usage.set('requests.storage', size);
  const storageClass = textAt(claim, 'spec', 'storageClassName');
  if (storageClass === '') return;
  const prefix = `${storageClass}.storageclass.storage.k8s.io`;
  usage.set(`${prefix}/persistentvolumeclaims`, count(1));
  if (size) usage.set(`${prefix}/requests.storage`, size);
}

/** The resources whose objects a quota's name counts. */
export function storagesOf(name: string): string[] {
  if (name.startsWith('count/')) {
    const counted = name.slice('count/'.length);
    const dot = counted.indexOf('.');
    return [dot < 0 ? `/${counted}` : `${counted.slice(dot + 1)}/${counted.slice(0, dot)}`];
  }
  if (name.includes('.storageclass.storage.k8s.io/')) return ['/persistentvolumeclaims'];
  if (name === 'persistentvolumeclaims' || name === 'requests.storage') return ['/persistentvolumeclaims'];
  if (name === 'services' || name.startsWith('services.')) return ['/services'];
  return byPluralAlone.includes(`/${name}`) ? [`/${name}`] : ['/pods'];
}

const mustBeGiven = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** What the containers of a Pod must say for a quota to be able to count them; undefined when they do. */
export function missingAmounts(pod: JsonObject, names: readonly string[]): string | undefined {
  const spec = objectAt(pod, 'spec');
  const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')];
  const missing = names
    .filter(name => mustBeGiven.includes(name))
    .sort()
    .flatMap(name => {
      const kind = name.startsWith('limits.') ? 'limits' : 'requests';
      const resource = name.replace(/^(limits|requests)\./, '');
      const lacking = containers
        .filter(container => !amountsOf(container, kind).has(resource))
        .map(container => textAt(container, 'name'));
      return lacking.length > 0 ? [`${name} for: ${lacking.sort().join(',')}`] : [];
    });
  return missing.length > 0 ? `must specify ${missing.join('; ')}` : undefined;
}

/** https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes */
export function isInScope(quota: JsonObject, storage: string, object: JsonObject): boolean {
  const scopes = ((valueAt(quota, 'spec', 'scopes') ?? []) as string[]).map(scopeName => ({
    scopeName,
    operator: 'Exists',
  }));
  const selectors = [...scopes, ...objectsAt(quota, 'spec', 'scopeSelector', 'matchExpressions')];
  if (selectors.length === 0) return true;
  // Scopes are about Pods; nothing else is in one.
  return storage === '/pods' && selectors.every(selector => matchesScope(selector as JsonObject, object));
}

function matchesScope(selector: JsonObject, pod: JsonObject): boolean {
  const spec = objectAt(pod, 'spec');
  const isTerminating = (numberAt(spec, 'activeDeadlineSeconds') ?? -1) >= 0;
  const isBestEffort = textAt(pod, 'status', 'qosClass') === 'BestEffort';
  switch (textAt(selector, 'scopeName')) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return isBestEffort;
    case 'NotBestEffort':
      return !isBestEffort;
    case 'PriorityClass':
      return matchesClass(selector, textAt(spec, 'priorityClassName'));
    case 'CrossNamespacePodAffinity':
      return usesOtherNamespaces(spec);
    default:
      return false;
  }
}

function matchesClass(selector: JsonObject, name: string): boolean {
  const values = (selector.values ?? []) as string[];
  switch (textAt(selector, 'operator')) {
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    case 'Exists':
      return name !== '';
    default:
      return name === '';
  }
}

function usesOtherNamespaces(spec: JsonObject): boolean {
  const lists = ['podAffinity', 'podAntiAffinity'].flatMap(kind => [
    ...objectsAt(spec, 'affinity', kind, 'requiredDuringSchedulingIgnoredDuringExecution'),
    ...objectsAt(spec, 'affinity', kind, 'preferredDuringSchedulingIgnoredDuringExecution').map(each =>
      objectAt(each, 'podAffinityTerm'),
    ),
  ]);
  return lists.some(
    term => ((term.namespaces ?? []) as string[]).length > 0 || term.namespaceSelector !== undefined,
  );
}
