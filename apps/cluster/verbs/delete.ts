import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type FieldError, invalid as invalidField, notSupported } from '@millrace/schema';
import type { Admission } from '../admission/admission.ts';
import { type Api, type Target, timestamp } from '../api/api.ts';
import { isTrue, wholeNumberIn } from '../api/request-path.ts';
import { conflict, forbidden, invalid, notFound } from '../api/status.ts';
import { childOf, listAt, numberAt, objectAt, textAt, valueAt } from '../api/tree.ts';
import { fromStorage } from '../kinds/conversion.ts';
import { rulesOf } from '../kinds/rules.ts';
import { read } from '../store/entry.ts';

/** The DeleteOptions of meta/v1 that decide something here. */
export interface DeleteOptions {
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriod?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun: boolean;
  readonly admission?: Admission;
}

/** What became of the object: it is gone, or it waits for finalizers or its grace period. */
export interface Deletion {
  readonly gone: boolean;
  readonly object: JsonObject;
}

const finalizerOf = { Background: undefined, Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;
const collectorFinalizers: readonly unknown[] = ['foregroundDeletion', 'orphan'];

/**
 * Read DeleteOptions from a body or, where there is none, from the parameters, which count for nothing beside a body.
 * Throws 400 and 422.
 */
export function parseDeleteOptions(body: JsonObject | undefined, query: URLSearchParams): DeleteOptions {
  const given = body ?? fromQuery(query);
  const propagation = textAt(given, 'propagationPolicy');
  const orphan = valueAt(given, 'orphanDependents');
  const problems = [
    ...dryRunProblems(listAt(given, 'dryRun')),
    ...propagationProblems(propagation, typeof orphan === 'boolean'),
  ];
  if (problems.length > 0)
    throw invalid({ group: 'meta.k8s.io', resource: '', kind: 'DeleteOptions' }, '', problems);
  const legacy = typeof orphan === 'boolean' ? (orphan ? 'Orphan' : 'Background') : '';
  const grace = numberAt(given, 'gracePeriodSeconds');
  const [uid, resourceVersion] = ['uid', 'resourceVersion'].map(key => textAt(given, 'preconditions', key));
  return {
    ...((propagation || legacy) && {
      propagation: (propagation || legacy) as NonNullable<DeleteOptions['propagation']>,
    }),
    ...(grace !== undefined && { gracePeriod: grace }),
    ...(uid && { uid }),
    ...(resourceVersion && { resourceVersion }),
    dryRun: listAt(given, 'dryRun').length > 0,
  };
}

function fromQuery(query: URLSearchParams): JsonObject {
  const grace = wholeNumberIn(query, 'gracePeriodSeconds');
  const dryRun = query.getAll('dryRun').filter(Boolean);
  return {
    propagationPolicy: query.get('propagationPolicy') ?? '',
    ...(query.get('orphanDependents') && { orphanDependents: isTrue(query.get('orphanDependents')) }),
    ...(grace !== undefined && { gracePeriodSeconds: grace }),
    dryRun,
  };
}

function dryRunProblems(dryRun: readonly Json[]): FieldError[] {
  return dryRun.every(value => value === 'All') ? [] : [notSupported('dryRun', [...dryRun], ['All'])];
}

function propagationProblems(policy: string, orphans: boolean): FieldError[] {
  if (policy && orphans)
    return [
      invalidField(
        'propagationPolicy',
        policy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    ];
  if (policy === '' || Object.hasOwn(finalizerOf, policy)) return [];
  return [notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil'])];
}

/** The namespaces that admission keeps: NamespaceLifecycle of upstream. */
const immortal = ['default', 'kube-system', 'kube-public'];

/** Delete an object, or mark it where somebody must act before. Throws 404 and 409. */
export function deleteObject(api: Api, target: Target, options: DeleteOptions): Deletion {
  const { resource } = target;
  const entry = api.store.get(resource.storage, target.namespace, target.name);
  if (!entry) throw notFound(resource, target.name);
  if (resource.storage === '/namespaces' && immortal.includes(target.name))
    throw forbidden(resource, target.name, 'this namespace may not be deleted');
  requirePreconditions(read(entry), target, options);
  options.admission?.validate({
    operation: 'DELETE',
    target,
    object: null,
    old: fromStorage(resource, read(entry)),
  });
  const object = read(entry);
  const metadata = childOf(object, 'metadata');
  const finalizers = finalizersAfter(metadata, options, rulesOf(resource.storage).finalizer);
  const grace = gracePeriod(object, options);
  const waits =
    finalizers.length > 0 || grace > 0 || listAt(object, 'spec', 'finalizers').includes('kubernetes');
  if (!waits) {
    if (!options.dryRun) api.store.remove(resource.storage, object);
    return { gone: true, object: fromStorage(resource, object) };
  }
  mark(object, metadata, finalizers, grace, api.now());
  const changed = JSON.stringify(object) !== entry.json;
  if (changed && !options.dryRun) api.store.put(resource.storage, object);
  return { gone: false, object: fromStorage(resource, object) };
}

function requirePreconditions(object: JsonObject, target: Target, options: DeleteOptions): void {
  const { uid, resourceVersion } = objectAt(object, 'metadata');
  // Upstream names the kind where conflicts elsewhere name the resource.
  const subject = { group: target.resource.group, resource: target.resource.kind, kind: '' };
  const fail = (what: string, asked: string, is: unknown, so: string) =>
    conflict(
      subject,
      target.name,
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${is}). The object might have been ${so}`,
    );
  if (options.uid && options.uid !== uid) throw fail('UID', options.uid, uid, 'deleted and then recreated');
  if (options.resourceVersion && options.resourceVersion !== resourceVersion) {
    throw fail('ResourceVersion', options.resourceVersion, resourceVersion, 'modified');
  }
}

/** A policy in the request replaces what an earlier one left; without one, what stands on the object decides. */
function finalizersAfter(metadata: JsonObject, options: DeleteOptions, own: string | undefined): string[] {
  const given = listAt(metadata, 'finalizers') as string[];
  const isFirst = metadata.deletionTimestamp === undefined;
  const current = own && isFirst && !given.includes(own) ? [...given, own] : given;
  if (!options.propagation) return current;
  const kept = current.filter(name => !collectorFinalizers.includes(name));
  const added = finalizerOf[options.propagation];
  return added ? [...kept, added] : kept;
}

const longestGrace = 2 ** 31;

/** Only Pods that a node runs need time to end. */
function gracePeriod(object: JsonObject, options: DeleteOptions): number {
  if (object.kind !== 'Pod' || !textAt(object, 'spec', 'nodeName')) return 0;
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  const marked = numberAt(object, 'metadata', 'deletionGracePeriodSeconds');
  const wanted =
    options.gracePeriod ?? marked ?? numberAt(object, 'spec', 'terminationGracePeriodSeconds') ?? 30;
  // A period can only be shortened; a longer one than this ends in no date.
  return Math.min(longestGrace, Math.max(0, marked === undefined ? wanted : Math.min(marked, wanted)));
}

function mark(
  object: JsonObject,
  metadata: JsonObject,
  finalizers: string[],
  grace: number,
  now: Date,
): void {
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const shortened = Number(metadata.deletionGracePeriodSeconds ?? 0) > grace;
  if (metadata.deletionTimestamp !== undefined && !shortened) return;
  if (metadata.deletionTimestamp === undefined && typeof metadata.generation === 'number')
    metadata.generation++;
  metadata.deletionTimestamp = timestamp(new Date(now.getTime() + grace * 1000));
  metadata.deletionGracePeriodSeconds = grace;
  if (object.kind === 'Namespace' && isObject(object.status)) object.status.phase = 'Terminating';
}
