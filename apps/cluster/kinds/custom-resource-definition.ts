import { clone, type Json, type JsonObject } from '@millrace/json';
import { checkStructural } from '@millrace/schema';
import { type Api, timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import type { Cause } from '../api/status.ts';
import { childOf, listAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { definitionRuleProblems } from '../custom-rules/definition-rules.ts';
import type { KindRules } from './kind-rules.ts';

/** Holds the definition until its instances are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export const storage = 'apiextensions.k8s.io/customresourcedefinitions';

export const definitionRules: KindRules = {
  finalizer: cleanupFinalizer,
  prepare(object: JsonObject, _old: JsonObject | undefined, api: Api): void {
    const spec = childOf(object, 'spec');
    const names = childOf(spec, 'names');
    const kind = textAt(names, 'kind');
    if (!textAt(names, 'singular')) names.singular = kind.toLowerCase();
    if (!textAt(names, 'listKind')) names.listKind = `${kind}List`;
    spec.conversion ??= { strategy: 'None' };
    accept(object, names, api);
  },
  problems(object, old) {
    return [...specProblems(object), ...(old ? immutableProblems(object, old) : [])];
  },
};

/** Take the names unless another definition of the group has them, and remember the versions ever stored. */
function accept(object: JsonObject, names: JsonObject, api: Api): void {
  const status = childOf(object, 'status');
  const taken = nameConflict(object, names, api);
  const stored = objectsAt(object, 'spec', 'versions').find(version => version.storage === true);
  const before = listAt(status, 'storedVersions');
  status.conditions = withConditions(object, taken ? refused(taken) : accepted, timestamp(api.now()));
  status.acceptedNames = taken ? { kind: '', plural: '' } : clone(names);
  status.storedVersions = stored && !before.includes(stored.name!) ? [...before, stored.name!] : before;
}

const accepted: readonly Condition[] = [
  { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  {
    type: 'Established',
    status: 'True',
    reason: 'InitialNamesAccepted',
    message: 'the initial names have been accepted',
  },
];

function refused(taken: { reason: string; message: string }): Condition[] {
  return [
    { type: 'NamesAccepted', status: 'False', ...taken },
    { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  ];
}

function nameConflict(
  object: JsonObject,
  names: JsonObject,
  api: Api,
): { reason: string; message: string } | undefined {
  const group = textAt(object, 'spec', 'group');
  const own = textAt(object, 'metadata', 'name');
  const others = api.registry
    .groups()
    .filter(({ name }) => name === group)
    .flatMap(({ versions }) => versions.flatMap(({ resources }) => resources))
    .filter(resource => resource.custom?.definition !== own);
  const kind = textAt(names, 'kind');
  if (others.some(other => other.kind === kind)) {
    return { reason: 'KindConflict', message: `"${kind}" is already in use` };
  }
  const plural = textAt(names, 'plural');
  if (others.some(other => other.resource === plural)) {
    return { reason: 'PluralConflict', message: `"${plural}" is already in use` };
  }
  return undefined;
}

function specProblems(object: JsonObject): Cause[] {
  const problems: Cause[] = [];
  const bad = (field: string, value: unknown, message: string) =>
    problems.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
      field,
    });
  const required = (field: string) =>
    problems.push({ reason: 'FieldValueRequired', message: 'Required value', field });
  const name = textAt(object, 'metadata', 'name');
  const [plural, group] = [textAt(object, 'spec', 'names', 'plural'), textAt(object, 'spec', 'group')];
  if (!group) required('spec.group');
  if (!plural) required('spec.names.plural');
  if (!textAt(object, 'spec', 'names', 'kind')) required('spec.names.kind');
  if (group && plural && name !== `${plural}.${group}`)
    bad('metadata.name', name, 'must be spec.names.plural+"."+spec.group');
  const scope = textAt(object, 'spec', 'scope');
  if (!scope) required('spec.scope');
  else if (scope !== 'Namespaced' && scope !== 'Cluster') {
    problems.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(scope)}: supported values: "Cluster", "Namespaced"`,
      field: 'spec.scope',
    });
  }
  return [...problems, ...versionProblems(object)];
}

function versionProblems(object: JsonObject): Cause[] {
  const versions = objectsAt(object, 'spec', 'versions');
  const problems: Cause[] = [];
  const stored = versions.filter(version => version.storage === true).length;
  if (stored !== 1) {
    const given = versions.map(printedVersion);
    problems.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(given)}: must have exactly one version marked as storage version`,
      field: 'spec.versions',
    });
  }
  versions.forEach((version, i) => {
    const field = `spec.versions[${i}].schema.openAPIV3Schema`;
    const schema = valueAt(version, 'schema', 'openAPIV3Schema');
    // Upstream keeps a schema that all versions share in one place, and names that place.
    const path = versions.length === 1 ? 'spec.validation.openAPIV3Schema' : field;
    if (schema === undefined)
      problems.push({ reason: 'FieldValueRequired', message: 'Required value', field });
    else problems.push(...schemaProblems(schema, path));
  });
  if (listAt(object, 'status', 'storedVersions').length === 0) {
    const message = 'Invalid value: null: must have at least one stored version';
    problems.push({ reason: 'FieldValueInvalid', message, field: 'status.storedVersions' });
  }
  const served = versions.map(version => textAt(version, 'name'));
  for (const version of listAt(object, 'status', 'storedVersions')) {
    if (served.includes(String(version))) continue;
    problems.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(version)}: must appear in spec.versions`,
      field: 'status.storedVersions[0]',
    });
  }
  return problems;
}

/** Rules are looked at once the schema that they are about is in order. */
function schemaProblems(schema: Json, path: string): Cause[] {
  const problems = checkStructural(schema, path);
  return problems.length > 0 ? problems : definitionRuleProblems(schema, path);
}

/** A version as upstream prints it, its schema aside. */
function printedVersion(version: JsonObject): JsonObject {
  const { name, served, storage: stored } = version;
  return {
    Name: name ?? '',
    Served: served ?? false,
    Storage: stored ?? false,
    Deprecated: false,
    DeprecationWarning: null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}

function immutableProblems(object: JsonObject, old: JsonObject): Cause[] {
  const paths = [['group'], ['scope'], ['names', 'plural'], ['names', 'kind']];
  return paths
    .filter(path => textAt(objectAt(object, 'spec'), ...path) !== textAt(objectAt(old, 'spec'), ...path))
    .map(path => ({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(textAt(objectAt(object, 'spec'), ...path))}: field is immutable`,
      field: `spec.${path.join('.')}`,
    }));
}
