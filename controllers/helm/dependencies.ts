import type { HelmRelease } from '@millrace/api';
import { circleThrough, isReadyBy } from '@millrace/applier';
import { findCondition, NotReady, Stalled } from '@millrace/controller';

type Dependency = NonNullable<HelmRelease['spec']['dependsOn']>[number];

/** What dependencies are judged by. */
export interface DependencyCheck {
  find(key: string): HelmRelease | undefined;
  /** --feature-gates=AdditiveCELDependencyCheck: a dependency with a readyExpr has to be ready besides. */
  additiveExpressions: boolean;
  /** --requeue-dependency, in milliseconds. */
  recheckAfter: number;
}

/** `namespace/name` of what the HelmRelease depends on. */
export function dependenciesOf(hr: HelmRelease): string[] {
  return (hr.spec.dependsOn ?? []).map(dependency => keyOfDependency(hr, dependency));
}

function keyOfDependency(hr: HelmRelease, { name, namespace }: Dependency): string {
  return `${namespace || hr.metadata.namespace}/${name}`;
}

/**
 * Throws NotReady unless every dependency is ready, by its expression or by its status; Stalled where an expression is
 * none. A circle of dependencies is named: it would wait for ever.
 */
export function requireDependencies(hr: HelmRelease, on: DependencyCheck): void {
  const circle = circleThrough(`${hr.metadata.namespace}/${hr.metadata.name}`, key => {
    const found = on.find(key);
    return found ? dependenciesOf(found) : [];
  });
  const problem = circle
    ? `circular dependency: ${circle.join(' -> ')}`
    : (hr.spec.dependsOn ?? [])
        .map(dependency => problemOf(hr, dependency, on))
        .find(found => found !== undefined);
  if (problem !== undefined)
    throw new NotReady('DependencyNotReady', problem, { retryAfter: on.recheckAfter });
}

function problemOf(hr: HelmRelease, dependency: Dependency, on: DependencyCheck): string | undefined {
  const key = keyOfDependency(hr, dependency);
  const found = on.find(key);
  const { readyExpr } = dependency;
  if (!found) {
    const name = key.slice(key.indexOf('/') + 1);
    return `unable to get '${key}' dependency: helmreleases.helm.toolkit.fluxcd.io "${name}" not found`;
  }
  if (readyExpr) {
    try {
      if (!isReadyBy(readyExpr, hr, found))
        return `dependency '${key}' is not ready according to readyExpr eval`;
    } catch (error) {
      if (error instanceof Stalled || !(error instanceof Error)) throw error;
      return `failed to evaluate the CEL expression '${readyExpr}': ${error.message}`;
    }
    if (!on.additiveExpressions) return undefined;
  }
  const { status, metadata } = found;
  const isReady = findCondition(status?.conditions, 'Ready')?.status === 'True';
  return isReady && status?.observedGeneration === metadata.generation
    ? undefined
    : `dependency '${key}' is not ready`;
}
