import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import { matchLabelSelector } from '../api/label-selector.ts';
import { objectsAt } from '../api/tree.ts';
import { asManager } from '../control/finalizers.ts';
import { type Entry, read } from '../store/entry.ts';
import { changeObject } from '../verbs/update.ts';
import { clusterRoleStorage } from './grants.ts';

/**
 * Keep the rules of ClusterRoles with an aggregationRule equal to those of the ClusterRoles that it selects.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
export function aggregateRoles(api: Api): void {
  const aggregates = new Map<string, readonly JsonObject[]>();
  const note = (entry: Entry) => {
    const selectors = entry.json.includes('"aggregationRule"')
      ? objectsAt(read(entry), 'aggregationRule', 'clusterRoleSelectors')
      : [];
    if (selectors.length > 0) aggregates.set(entry.name, selectors);
    else aggregates.delete(entry.name);
  };
  for (const entry of api.store.list(clusterRoleStorage)) note(entry);
  for (const name of aggregates.keys()) aggregate(api, name, aggregates.get(name)!);
  api.store.subscribe(({ type, entry, previous }) => {
    if (entry.resource !== clusterRoleStorage) return;
    if (type === 'DELETED') aggregates.delete(entry.name);
    else note(entry);
    for (const [name, selectors] of aggregates) {
      const states = [entry, ...(previous ? [previous] : [])];
      const concerned = states.some(state =>
        selectors.some(selector => matchLabelSelector(selector, state.labels)),
      );
      if (name === entry.name || concerned) aggregate(api, name, selectors);
    }
  });
}

function aggregate(api: Api, name: string, selectors: readonly JsonObject[]): void {
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
  changeObject(
    api,
    { resource, namespace: '', name, subresource: '' },
    role => ({ ...role, rules }),
    asManager('clusterrole-aggregation-controller'),
  );
}
