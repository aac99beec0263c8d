import { type HelmChart, helmChart } from '@millrace/api';
import {
  type Controller,
  type Environment,
  Operations,
  type Reconciler,
  referencesOf,
  restingStatus,
  waitFor,
} from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import { tokens, ways } from '@millrace/oci';
import type { HelmOptions } from '../options.ts';
import { ownerOf } from './build.ts';
import type { Deps } from './deps.ts';
import { reconcile } from './reconcile.ts';
import { sourcesOf } from './sources.ts';

/** The source controller's part for Helm charts: what wakes a HelmChart, and what is done with it then. */
export function helmChartReconciler(
  environment: Environment,
  options: HelmOptions,
): Reconciler<typeof helmChart> {
  let controller: Controller<typeof helmChart> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const awaiting = waitFor(wake, 'SourceUnavailable');
  const sourceChanged = (kind: string, key: string) => {
    for (const { metadata } of controller?.objects.indexed('source', `${kind}/${key}`) ?? [])
      wake(keyOf(metadata));
  };
  const on: Deps = {
    ...options,
    references: referencesOf(environment, waitFor(wake, 'AuthenticationFailed'), wake),
    operations: new Operations(wake),
    sources: sourcesOf(environment, options.storage, awaiting, sourceChanged),
    indexLooked: environment.metrics.indexLooked,
    tokens: tokens(),
    ways: ways(),
    wanted: new Map(),
  };
  return {
    name: 'helmchart',
    component: 'source-controller',
    kind: helmChart,
    defaultReason: 'Unknown',
    indexes: { source: sourceKeyOf },
    start(started) {
      controller = started;
    },
    suspended: object => restingStatus(object, new Date()),
    reconcile: (chart, visit) => reconcile(chart, visit, on),
    async finalize(chart) {
      await on.operations.cancel(keyOf(chart.metadata));
      await on.storage.remove(ownerOf(chart));
      return { kind: 'finalized' };
    },
    forget(key) {
      on.references.release(key);
      on.wanted.delete(key);
      void on.operations.cancel(key);
    },
    stop: () => on.operations.stop(),
  };
}

function sourceKeyOf({ spec, metadata }: HelmChart): string[] {
  return [`${spec.sourceRef.kind}/${metadata.namespace}/${spec.sourceRef.name}`];
}
