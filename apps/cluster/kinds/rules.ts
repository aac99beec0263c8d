import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import type { Cause } from '../api/status.ts';
import { definitionRules } from './custom-resource-definition.ts';
import { configMapRules, secretRules } from './data.ts';
import { namespaceRules } from './namespace.ts';

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
  '/namespaces': namespaceRules,
  '/configmaps': configMapRules,
  '/secrets': secretRules,
  'apiextensions.k8s.io/customresourcedefinitions': definitionRules,
};

const none: KindRules = {};

/** The rules of a resource by its storage. */
export function rulesOf(storage: string): KindRules {
  return rules[storage] ?? none;
}
