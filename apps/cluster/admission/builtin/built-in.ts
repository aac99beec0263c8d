import type { JsonObject } from '@millrace/json';
import type { Api, WriteOptions } from '../../api/api.ts';
import type { Target } from '../../api/target.ts';
import { textAt } from '../../api/tree.ts';
import { claimResize } from './claim-resize.ts';
import {
  defaultIngressClass,
  defaultStorageClass,
  runtimeClass,
  storageProtection,
} from './default-classes.ts';
import { limitRanger } from './limit-ranges.ts';
import { namespaceSecurity } from './namespace-security.ts';
import { podSecurity, securedResources } from './pod-security.ts';
import { priority } from './priority.ts';
import { type Charge, chargeFor } from './quotas.ts';
import type { Arrival, Plugin } from './review.ts';
import { serviceAccount } from './service-account.ts';
import { defaultTolerationSeconds } from './tolerations.ts';

/** By resource and in upstream's order; most resources have none and pass at the cost of one look-up. */
const plugins: Readonly<Record<string, readonly Plugin[]>> = {
  ...Object.fromEntries(securedResources.map(storage => [storage, [podSecurity]])),
  '/namespaces': [namespaceSecurity],
  '/persistentvolumeclaims': [limitRanger, defaultStorageClass, storageProtection, claimResize],
  '/persistentvolumes': [storageProtection],
  '/pods': [limitRanger, serviceAccount, podSecurity, priority, defaultTolerationSeconds, runtimeClass],
  'networking.k8s.io/ingresses': [defaultIngressClass],
};

/**
 * What kube-apiserver's admission does with a new object before any webhook sees it; the tree is changed. It is done
 * for controllers as for anybody else. Throws ApiError, mostly 403.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
export function admitNew(
  api: Api,
  target: Target,
  object: JsonObject,
  name: string,
  options: WriteOptions,
): JsonObject {
  for (const plugin of pluginsFor(api, target))
    plugin.admit?.({ api, target, object, name, warn: options.warn });
  return object;
}

/** And what it refuses once the object is complete. Throws 403. */
export function validateNew(api: Api, target: Target, object: JsonObject, options: WriteOptions): void {
  const name = textAt(object, 'metadata', 'name');
  const arrival: Arrival = { api, target, object, name, warn: options.warn };
  for (const plugin of pluginsFor(api, target)) plugin.validate?.(arrival);
}

/** What is refused or warned of when an object changes, once it is complete. Throws 403. */
export function validateChange(
  api: Api,
  target: Target,
  object: JsonObject,
  old: JsonObject,
  { warn }: WriteOptions,
): void {
  for (const plugin of pluginsFor(api, target))
    plugin.validateChange?.({ api, target, object, name: target.name, warn }, old);
}

function pluginsFor(api: Api, { resource, subresource }: Target): readonly Plugin[] {
  if (subresource !== '' || resource.custom) return [];
  const all = plugins[resource.storage] ?? [];
  const { disabledAdmission } = api;
  return disabledAdmission ? all.filter(({ name }) => !disabledAdmission.has(name)) : all;
}

/** Holds a write against the quotas of its namespace; to be called once the object is as it will be. Throws 403. */
export function quotaCharge(
  api: Api,
  target: Target,
  object: JsonObject,
  old: JsonObject | undefined,
): Charge | undefined {
  if (target.subresource !== '' || api.disabledAdmission?.has('ResourceQuota')) return undefined;
  return chargeFor(api, target, object, old);
}
