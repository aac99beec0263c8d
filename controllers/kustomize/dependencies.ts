import type { Kustomization } from '@millrace/api';
import { findCondition, NotReady } from '@millrace/controller';
import type { SourceState } from './source.ts';

/** Flux waits this long before it looks again; here a dependency's own change wakes its dependents. */
const recheck = 30_000;

/** `namespace/name` of what the Kustomization depends on. */
export function dependenciesOf(ks: Kustomization): string[] {
  return (ks.spec.dependsOn ?? []).map(
    ({ name, namespace }) => `${namespace || ks.metadata.namespace}/${name}`,
  );
}

/**
 * Throws NotReady unless every dependency is ready, and, where it has the same source, has applied the same
 * revision. A circle of dependencies is named: it would wait for ever.
 */
export function requireDependencies(
  ks: Kustomization,
  source: SourceState,
  find: (key: string) => Kustomization | undefined,
): void {
  const self = `${ks.metadata.namespace}/${ks.metadata.name}`;
  const circle = circleThrough(self, find);
  if (circle) throw notReady(`circular dependency: ${circle.join(' -> ')}`);
  for (const key of dependenciesOf(ks)) {
    const problem = problemOf(key, find(key), source);
    if (problem) throw notReady(problem);
  }
}

function notReady(message: string): NotReady {
  const note = `Dependencies do not meet ready condition, retrying in ${recheck / 1000}s`;
  return new NotReady('DependencyNotReady', message, {
    retryAfter: recheck,
    note: message.startsWith('circular') ? message : note,
  });
}

function problemOf(
  key: string,
  dependency: Kustomization | undefined,
  source: SourceState,
): string | undefined {
  if (!dependency) return `dependency '${key}' not found`;
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

/** The shortest way back from an object to itself along dependsOn. */
function circleThrough(
  start: string,
  find: (key: string) => Kustomization | undefined,
): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way; way = ways.shift()) {
    const ks = find(way.at(-1)!);
    for (const next of ks ? dependenciesOf(ks) : []) {
      if (next === start) return [...way, next];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}
