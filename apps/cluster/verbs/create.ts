import { clone, type JsonObject } from '@millrace/json';
import { applyDefaults, emptyForm } from '@millrace/schema';
import { refuseBeyondRights } from '../access/escalation.ts';
import { admitNew, quotaCharge, validateNew } from '../admission/builtin/built-in.ts';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { fitTarget } from '../api/decode.ts';
import type { Resource } from '../api/resource.ts';
import { ApiError, alreadyExists, invalid } from '../api/status.ts';
import { objectAt, textAt } from '../api/tree.ts';
import { brokenRules } from '../custom-rules/object-rules.ts';
import { fromStorage, toStorage } from '../kinds/conversion.ts';
import { rulesOf } from '../kinds/rules.ts';
import { kindWarnings } from '../kinds/warnings/kind-warnings.ts';
import { conform, schemaProblems } from './conform.ts';
import { recordUpdate } from './field-ownership.ts';
import { nextGeneration } from './generation.ts';
import { beginMetadata, metadataProblems } from './metadata.ts';
import { requireNamespace } from './namespace-lifecycle.ts';

/**
 * Store a new object; the given tree is consumed. Answers with the object in the version of the target.
 * Throws ApiError: 400, 403 and 404 (namespace), 409 (exists), 422.
 */
export function createObject(api: Api, target: Target, body: JsonObject, options: WriteOptions): JsonObject {
  return insert(api, target, body, options, object => recordUpdate(api, target, object, undefined, options));
}

/** Create the object that a server-side apply does not find; it brings its managedFields. */
export function createApplied(api: Api, target: Target, body: JsonObject, options: WriteOptions): JsonObject {
  const { group, version, resource } = target.resource;
  const { subresource, namespace, name } = target;
  const action = { verb: 'create', group, version, resource, subresource, namespace, name };
  options.writer?.access.require(options.writer.user, action);
  return insert(api, target, body, options, object => object, 'kept');
}

function insert(
  api: Api,
  target: Target,
  body: JsonObject,
  options: WriteOptions,
  record: (object: JsonObject) => JsonObject,
  nulls?: 'kept',
): JsonObject {
  const { resource } = target;
  const sent = conform(fitTarget(body, target, api.registry), resource, options, nulls);
  if (textAt(sent, 'metadata', 'resourceVersion')) {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  requireNamespace(api, target, textAt(sent, 'metadata', 'name'));
  const asked = textAt(sent, 'metadata', 'name') || textAt(sent, 'metadata', 'generateName');
  beginMetadata(api, sent, target);
  // What admission and the server decide from here on belongs to no manager.
  const admitted = mutated(api, target, admitNew(api, target, record(sent), asked, options), null, options);
  const settled = settle(api, target, toStorage(resource, admitted), undefined, options);
  // Defaults of the status come back once what the client said of it is dropped.
  refuseBeyondRights(options, target, settled, undefined);
  const object = resource.custom && resource.schema ? applyDefaults(settled, resource.schema) : settled;
  const name = textAt(object, 'metadata', 'name');
  validateNew(api, target, object, options);
  options.admission?.validate({
    operation: 'CREATE',
    target,
    object: fromStorage(resource, object),
    old: null,
  });
  const charge = quotaCharge(api, target, object, undefined);
  const there = api.store.get(resource.storage, target.namespace, name);
  if (there) throw alreadyExists(resource, name, there.terminating);
  if (!options.dryRun) {
    charge?.();
    api.store.put(resource.storage, object);
  }
  return fromStorage(resource, object);
}

/** The object after the webhooks that may change it, complete and typed again. Throws ApiError where one refuses. */
export function mutated(
  api: Api,
  target: Target,
  object: JsonObject,
  old: JsonObject | null,
  options: WriteOptions,
): JsonObject {
  if (!options.admission) return object;
  const operation = old ? 'UPDATE' : 'CREATE';
  const after = options.admission.mutate({ operation, target, object, old });
  return conform(fitTarget(after, { ...target, subresource: '' }, api.registry), target.resource, options);
}

/** Everything that the server decides about an object in its storage version. Throws 422. */
export function settle(
  api: Api,
  target: Target,
  object: JsonObject,
  old: JsonObject | undefined,
  { warn }: Pick<WriteOptions, 'warn'>,
): JsonObject {
  const { resource } = target;
  const rules = rulesOf(resource.storage);
  if (!old && resource.subresources.status)
    beginStatus(object, api.registry.stored(resource.storage) ?? resource, rules.initialStatus);
  rules.prepare?.(object, old, api);
  const own = [
    ...metadataProblems(target, object, old),
    ...(rules.problems?.(object, old, api, target.subresource) ?? []),
  ];
  const told = new Set(own.map(problem => problem.field));
  const general = schemaProblems(object, resource.custom ? resource : api.registry.stored(resource.storage)!);
  const problems = [...own, ...general.filter(problem => !told.has(problem.field))];
  problems.push(...brokenRules(resource, object, old, problems, warn));
  if (problems.length > 0) throw invalid(resource, textAt(object, 'metadata', 'name'), problems);
  const generation = nextGeneration(resource, object, old);
  if (generation !== undefined) objectAt(object, 'metadata').generation = generation;
  if (target.subresource === '' || target.subresource === 'scale')
    for (const warning of kindWarnings(resource.storage, object, old)) warn(warning);
  return object;
}

/** Status belongs to controllers: what a client sends at creation is dropped. */
function beginStatus(
  object: JsonObject,
  { custom, schema }: Resource,
  initial: JsonObject | undefined,
): void {
  const status = initial ?? (custom || !schema ? undefined : emptyForm(schema).status);
  if (status === undefined) delete object.status;
  else object.status = clone(status);
}
