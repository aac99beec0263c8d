import { type ImageReference, type ImageUpdateAutomation, names, parseDuration } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import {
  Failed,
  findCondition,
  type Operation,
  type Outcome,
  Stalled,
  timestamp,
  type Visit,
} from '@millrace/controller';
import { equal, type Json } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import type { Deps, Ran } from './deps.ts';
import { success } from './outcome.ts';
import { imagesFor } from './policies.ts';
import { failure, type Run, run } from './run.ts';
import { signerOf } from './signing.ts';
import { type Source, sourceOf } from './source.ts';

/**
 * Write the latest images into the repository. Whatever asks another host is an operation away from the visit; files are
 * looked at where policies or source are others than at the last run.
 */
export async function reconcile(automation: ImageUpdateAutomation, visit: Visit, on: Deps): Promise<Outcome> {
  return bringUpToDate(automation, visit, on).catch(cause => {
    throw cause instanceof Failed ? told(cause, automation) : cause;
  });
}

async function bringUpToDate(automation: ImageUpdateAutomation, visit: Visit, on: Deps): Promise<Outcome> {
  const { metadata, spec } = automation;
  const key = keyOf(metadata);
  on.waitFor(key, on.policies(), 'the list of ImagePolicy');
  const images = imagesFor(automation, on.policies());
  const source = await sourceOf(automation, on);
  const signer = await signerOf(automation, source.git, on);
  const isNew = isToBeLookedAt(automation, images, source, visit);
  const settled = isNew ? undefined : automation.status?.observedSourceRevision;
  const wasReady = findCondition(automation.status?.conditions, names.ready)?.status === 'True';
  const work: Run = { automation, source, images, settled, signer, wasReady, forcePush: on.forcePush };
  const request = metadata.annotations?.[names.requestedAt] ?? '';
  const { access, ref, repository } = source;
  const timeout = repository.spec.timeout ?? '60s';
  // Images that change meanwhile are for the next run: many may, one after the other, and a push is not to be cut off.
  const inputs = [metadata.uid, spec, request, access, ref ?? null, signer?.digest ?? null];
  const operation: Operation<Ran> = {
    inputs: digestOf(Buffer.from(JSON.stringify(inputs))),
    request,
    host: hostOf(source),
    // That of the repository is meant for fetching and for pushing, each.
    timeout: 2 * parseDuration(timeout),
    work: (signal, say) => run(work, on, signal, say),
  };
  const { result } = on.operations.outcome(key, operation, doing => visit.progress(doing));
  if ('error' in result) throw failure(result.error, repository.spec, result.timedOut);
  const outcome = success(automation, source, result.value);
  const isCurrent = equal(images as Json, result.value.images as Json);
  return isCurrent ? outcome : { ...outcome, requeueAfter: soon };
}

/** Milliseconds until what has changed during a run is looked at. */
const soon = 1;

/** Whether the last run tells nothing of this one. */
function isToBeLookedAt(
  { metadata, status }: ImageUpdateAutomation,
  images: Record<string, ImageReference>,
  { switches, git }: Source,
  { requested }: Visit,
): boolean {
  // Of a push branch of its own, and of a refspec, the status does not tell where they are.
  if (switches || git.push?.refspec || requested) return true;
  if (status?.observedGeneration !== metadata.generation) return true;
  return !equal((status?.observedPolicies ?? {}) as Json, images as Json);
}

function hostOf({ access: { remote } }: Source): string {
  const { url, fetchUrl = url } = remote;
  return URL.canParse(fetchUrl) ? new URL(fetchUrl).host : '';
}

/** A run that has failed is one; a spec that has not come to a good end yet is on its way there, as upstream has it. */
function told(failed: Failed, { metadata, status }: ImageUpdateAutomation): Failed {
  const { reason, message, options } = failed;
  const ran = { ...options, status: { lastAutomationRunTime: timestamp(new Date()), ...options.status } };
  if (failed instanceof Stalled) return new Stalled(reason, message, ran);
  const { observedGeneration = -1 } = status ?? {};
  const { generation = 0 } = metadata;
  const doing =
    observedGeneration === generation
      ? 'reconciliation in progress'
      : `processing object: new generation ${observedGeneration} -> ${generation}`;
  const Reconciling = { status: 'True', reason: 'ProgressingWithRetry', message: doing } as const;
  return new Failed(reason, message, { ...ran, conditions: { Reconciling, ...options.conditions } });
}
