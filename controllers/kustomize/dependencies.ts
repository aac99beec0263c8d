import { formatDuration, type Kustomization } from '@millrace/api';
import { circleThrough, isReadyBy } from '@millrace/applier';
import { findCondition, NotReady, Stalled } from '@millrace/controller';
import { isSaid } from './said.ts';
import type { Recheck, SourceState } from './source.ts';

type Dependency = NonNullable<Kustomization['spec']['dependsOn']>[number];

/** What dependencies are judged by. */
export interface DependencyCheck extends Recheck {
  find(key: string): Kustomization | undefined;
  /** --feature-gates=AdditiveCELDependencyCheck: a dependency with a readyExpr has to be ready besides. */
  additiveExpressions: boolean;
}

/** `namespace/name` of what the Kustomization depends on. */
export function dependenciesOf(ks: Kustomization): string[] {
  return (ks.spec.dependsOn ?? []).map(dependency => keyOfDependency(ks, dependency));
}

function keyOfDependency(ks: Kustomization, { name, namespace }: Dependency): string {
  return `${namespace || ks.metadata.namespace}/${name}`;
}

/**
 * Throws NotReady unless every dependency is ready, by its expression or by its status, and, where it has the same
 * source, has applied the same revision; Stalled where an expression is none. A circle of dependencies is named: it
 * would wait for ever.
 */
export function requireDependencies(ks: Kustomization, source: SourceState, on: DependencyCheck): void {
  const self = `${ks.metadata.namespace}/${ks.metadata.name}`;
  const circle = circleThrough(self, key => {
    const found = on.find(key);
    return found ? dependenciesOf(found) : [];
  });
  if (circle) throw notReady(`circular dependency: ${circle.join(' -> ')}`, on);
  const rests = isSaid(ks, source);
  for (const dependency of ks.spec.dependsOn ?? []) {
    const key = keyOfDependency(ks, dependency);
    const found = on.find(key);
    if (rests && found && isBusyWithTheSame(found)) continue;
    const problem = problemOf(key, found, ks, dependency, source, on.additiveExpressions);
    if (problem) throw notReady(problem, on);
  }
}

/**
 * True while a dependency corrects drift, or goes over what it has applied already. Nobody who is ready turns unready
 * for that.
 */
function isBusyWithTheSame({ metadata, status }: Kustomization): boolean {
  return (
    findCondition(status?.conditions, 'Ready')?.status === 'Unknown' &&
    status?.observedGeneration === metadata.generation &&
    status?.lastAppliedRevision !== undefined &&
    status.lastAppliedRevision === status.lastAttemptedRevision
  );
}

/** A dependency's own change wakes its dependents before they look again. */
function notReady(message: string, { recheckAfter }: Recheck): NotReady {
  const note = `Dependencies do not meet ready condition, retrying in ${formatDuration(recheckAfter)}`;
  return new NotReady('DependencyNotReady', message, {
    retryAfter: recheckAfter,
    note: message.startsWith('circular') ? message : note,
  });
}

function problemOf(
  key: string,
  dependency: Kustomization | undefined,
  ks: Kustomization,
  { readyExpr }: Dependency,
  source: SourceState,
  additive: boolean,
): string | undefined {
  if (!dependency) {
    const name = key.slice(key.indexOf('/') + 1);
    return `dependency '${key}' not found: kustomizations.kustomize.toolkit.fluxcd.io "${name}" not found`;
  }
  if (readyExpr) {
    const unmet = unmetExpression(readyExpr, key, ks, dependency);
    if (unmet !== undefined || !additive) return unmet;
  }
  const { status, metadata } = dependency;
  const ready = findCondition(status?.conditions, 'Ready');
  const observed = status?.observedGeneration === metadata.generation;
  if (!observed || ready?.status !== 'True') return `dependency '${key}' is not ready`;
  const { kind, name, namespace = metadata.namespace } = dependency.spec.sourceRef;
  const sameSource = kind === source.kind && name === source.name && namespace === source.namespace;
  if (sameSource && status?.lastAppliedRevision !== source.revision)
    return `dependency '${key}' revision is not up to date`;
  return undefined;
}

function unmetExpression(
  expression: string,
  key: string,
  ks: Kustomization,
  dependency: Kustomization,
): string | undefined {
  try {
    if (isReadyBy(expression, ks, dependency)) return undefined;
    return `dependency '${key}' is not ready according to readyExpr eval`;
  } catch (error) {
    if (error instanceof Stalled || !(error instanceof Error)) throw error;
    return `failed to evaluate the CEL expression '${expression}': ${error.message}`;
  }
}
