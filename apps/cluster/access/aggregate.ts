import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { matchLabelSelector } from '../api/label-selector.ts';
import { objectsAt } from '../api/tree.ts';
import { componentOf } from '../control/component.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { type Entry, read } from '../store/entry.ts';
import { clusterRoleStorage } from './grants.ts';

/**
 * Keep the rules of ClusterRoles with an aggregationRule equal to those of the ClusterRoles that it selects.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
export function aggregateRoles(plane: ControlPlane): void {
  const { api } = plane;
  const aggregates = new Map<string, readonly JsonObject[]>();
  const note = (entry: Entry) => {
    const selectors = entry.json.includes('"aggregationRule"')
      ? objectsAt(read(entry), 'aggregationRule', 'clusterRoleSelectors')
      : [];
    if (selectors.length > 0) aggregates.set(entry.name, selectors);
    else aggregates.delete(entry.name);
  };
  for (const entry of api.store.list(clusterRoleStorage)) note(entry);
  for (const name of aggregates.keys()) plane.persist(() => aggregate(plane, name, aggregates.get(name)!));
  api.store.subscribe(({ type, entry, previous }) => {
    if (entry.resource !== clusterRoleStorage) return;
    if (type === 'DELETED') aggregates.delete(entry.name);
    else note(entry);
    for (const [name, selectors] of aggregates) {
      const states = [entry, ...(previous ? [previous] : [])];
      const concerned = states.some(state =>
        selectors.some(selector => matchLabelSelector(selector, state.labels)),
      );
      if (name === entry.name || concerned) plane.persist(() => aggregate(plane, name, selectors));
    }
  });
}

function aggregate(plane: ControlPlane, name: string, selectors: readonly JsonObject[]): void {
  const { api } = plane;
  const sources = api.store
    .list(clusterRoleStorage)
    .filter(
      entry => entry.name !== name && selectors.some(selector => matchLabelSelector(selector, entry.labels)),
    );
  const rules: Json[] = [];
  for (const rule of sources.flatMap(entry => objectsAt(read(entry), 'rules')))
    if (!rules.some(known => equal(known, rule))) rules.push(rule);
  const current = api.store.get(clusterRoleStorage, '', name);
  const resource = api.registry.stored(clusterRoleStorage);
  if (!current || !resource) return;
  const before = read(current).rules;
  if (equal(isObject(before) || before === undefined ? [] : before, rules)) return;
  const self = componentOf('clusterrole-aggregation-controller');
  plane.change(self, { resource, namespace: '', name, subresource: '' }, role => ({ ...role, rules }));
}
