import { clone, type Json, type JsonObject } from '@millrace/json';
import { checkStructural, invalid, notSupported, required } from '@millrace/schema';
import { type Api, timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import { subdomainProblem, typeLabelProblem } from '../api/names.ts';
import type { Cause } from '../api/status.ts';
import { childOf, listAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { definitionRuleProblems } from '../custom-rules/definition-rules.ts';
import { conversionProblems, versionDetailProblems } from './definition-versions.ts';
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
    if (!textAt(names, 'listKind') && kind) names.listKind = `${kind}List`;
    spec.conversion ??= { strategy: 'None' };
    accept(object, names, api);
  },
  problems(object, old) {
    // The name is looked at once, when it is given.
    const problems = specProblems(object);
    return old
      ? [...problems.filter(({ field }) => field !== 'metadata.name'), ...immutableProblems(object, old)]
      : problems;
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
  const name = textAt(object, 'metadata', 'name');
  const names = objectAt(object, 'spec', 'names');
  const group = textAt(object, 'spec', 'group');
  const scope = textAt(object, 'spec', 'scope');
  const problems: Cause[] = [];
  if (name !== `${textAt(names, 'plural')}.${group}`)
    problems.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  problems.push(...groupProblems(group));
  if (!scope) problems.push(required('spec.scope'));
  else if (!scopes.includes(scope)) problems.push(notSupported('spec.scope', scope, scopes));
  if (valueAt(object, 'spec', 'preserveUnknownFields') === true)
    problems.push(invalid('spec.preserveUnknownFields', true, preservedElsewhere));
  return [
    ...problems,
    ...versionProblems(object),
    ...namesProblems(names),
    ...conversionProblems(objectAt(object, 'spec')),
    ...storedProblems(object),
  ];
}

const preservedElsewhere =
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
const scopes = ['Cluster', 'Namespaced'];

function groupProblems(group: string): Cause[] {
  if (!group) return [required('spec.group')];
  const why =
    subdomainProblem(group) ?? (group.includes('.') ? undefined : 'should be a domain with at least one dot');
  return why === undefined ? [] : [invalid('spec.group', group, why)];
}

/** Names that are required, then what is wrong with those that are there. */
function namesProblems(names: JsonObject): Cause[] {
  const at = (field: string) => `spec.names.${field}`;
  const all = ['plural', 'singular', 'kind', 'listKind'];
  const problems: Cause[] = all.filter(field => !textAt(names, field)).map(field => required(at(field)));
  const look = (field: string, value: string, mixed: boolean) => {
    const why = value && typeLabelProblem(mixed ? value.toLowerCase() : value);
    if (why) problems.push(invalid(field, value, `${mixed ? mixedCase : ''}${why}`));
  };
  for (const field of all) look(at(field), textAt(names, field), field.toLowerCase().endsWith('kind'));
  listAt(names, 'shortNames').forEach((name, i) => {
    look(`${at('shortNames')}[${i}]`, String(name), false);
  });
  const kind = textAt(names, 'kind');
  if (kind && kind === names.listKind)
    problems.push(invalid(at('listKind'), kind, 'kind and listKind may not be the same'));
  listAt(names, 'categories').forEach((name, i) => {
    look(`${at('categories')}[${i}]`, String(name), false);
  });
  return problems;
}

const mixedCase = 'may have mixed case, but should otherwise match: ';

function versionProblems(object: JsonObject): Cause[] {
  const versions = objectsAt(object, 'spec', 'versions');
  const problems: Cause[] = [];
  versions.forEach((version, i) => {
    const at = `spec.versions[${i}]`;
    const name = textAt(version, 'name');
    const schema = valueAt(version, 'schema', 'openAPIV3Schema');
    // Upstream keeps a schema that all versions share in one place, and names that place.
    const path = versions.length === 1 ? 'spec.validation.openAPIV3Schema' : `${at}.schema.openAPIV3Schema`;
    if (schema === undefined) problems.push(required(`${at}.schema.openAPIV3Schema`));
    problems.push(...versionDetailProblems(version, at, versions.length === 1 ? 'spec' : at));
    const why = typeLabelProblem(name);
    if (why !== undefined) problems.push(invalid(`${at}.name`, name, why));
    if (schema !== undefined) problems.push(...schemaProblems(schema, path));
  });
  const printed = valueAt(object, 'spec', 'versions') === undefined ? null : versions.map(printedVersion);
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    problems.push(invalid('spec.versions', printed, 'must contain unique version names'));
  if (versions.filter(version => version.storage === true).length !== 1)
    problems.push(
      invalid('spec.versions', printed, 'must have exactly one version marked as storage version'),
    );
  return problems;
}

function storedProblems(object: JsonObject): Cause[] {
  const path = 'status.storedVersions';
  const stored = listAt(object, 'status', 'storedVersions');
  if (stored.length === 0) return [invalid(path, null, 'must have at least one stored version')];
  const names = objectsAt(object, 'spec', 'versions').map(version => textAt(version, 'name'));
  const missing = objectsAt(object, 'spec', 'versions')
    .filter(version => version.storage === true && !stored.includes(version.name ?? null))
    .map(version => invalid(path, stored, `must have the storage version ${textAt(version, 'name')}`));
  const unknown = stored.flatMap((version, i) =>
    names.includes(String(version))
      ? []
      : [invalid(`${path}[${i}]`, version, 'must appear in spec.versions')],
  );
  return [...missing, ...unknown];
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
  const paths = [['scope'], ['names', 'kind'], ['group'], ['names', 'plural']];
  return paths
    .filter(path => textAt(objectAt(object, 'spec'), ...path) !== textAt(objectAt(old, 'spec'), ...path))
    .map(path =>
      invalid(`spec.${path.join('.')}`, textAt(objectAt(object, 'spec'), ...path), 'field is immutable'),
    );
}
