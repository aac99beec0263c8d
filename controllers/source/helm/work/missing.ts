import type { Chart, Dependency } from '@millrace/helm';

/** The dependencies that are not in charts/: of the lock file, where there is one. Rule: collectMissing of Flux. */
export function missingDependencies({ dependencies, lock, metadata }: Chart): Dependency[] {
  const wanted = lock?.dependencies ?? metadata.dependencies ?? [];
  if (dependencies.length === wanted.length) return [];
  const there = new Set(dependencies.map(chart => chart.metadata.name));
  const missing = wanted.filter(dependency => !there.has(dependency.alias || dependency.name));
  return [...new Map(missing.map(one => [one.alias || one.name, one])).values()];
}

/** A chart that lies in the repository of the chart that needs it. */
export function isLocal({ repository }: Dependency): boolean {
  return repository === '' || repository.startsWith('file://');
}
