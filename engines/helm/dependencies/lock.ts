import { createHash } from 'node:crypto';
import type { Value } from '@millrace/go-template';
import type { Chart, Dependency } from '../chart/chart.ts';
import { ChartError } from '../chart/chart-error.ts';
import { isTable } from '../values/table.ts';

/** The digest that Chart.lock has of the dependencies as Chart.yaml names them, and as they were resolved. */
export function lockDigest(dependencies: readonly Dependency[], locked: readonly Dependency[]): string {
  return digest(`[${listText(dependencies)},${listText(locked)}]`);
}

/** The digest that Helm 2 wrote to requirements.lock. */
export function oldLockDigest(dependencies: readonly Dependency[]): string {
  return digest(`{"dependencies":${listText(dependencies)}}`);
}

/**
 * The lock file must be that of the dependencies.
 * @throws ChartError where it is not. Rule: `helm dependency build`.
 */
export function requireLockInSync(chart: Chart): void {
  const { lock, metadata } = chart;
  if (lock === undefined) return;
  const { dependencies = [], apiVersion } = metadata;
  if (lockDigest(dependencies, lock.dependencies) === lock.digest) return;
  const isV1 = apiVersion === 'v1';
  if (isV1 && oldLockDigest(dependencies) === lock.digest) return;
  const [lockFile, file] = isV1 ? ['requirements.lock', 'requirements.yaml'] : ['Chart.lock', 'Chart.yaml'];
  throw new ChartError(
    `the lock file (${lockFile}) is out of sync with the dependencies file (${file}). Please update the dependencies`,
  );
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The order of the fields in Go's struct, which is that of its JSON. */
const fields = [
  'name',
  'version',
  'repository',
  'condition',
  'tags',
  'enabled',
  'import-values',
  'alias',
] as const;

/** A list of none is null to Go. */
function listText(dependencies: readonly Dependency[]): string {
  if (dependencies.length === 0) return 'null';
  return `[${dependencies.map(dependencyText).join(',')}]`;
}

function dependencyText(dependency: Dependency): string {
  const written = fields.flatMap(field => {
    const value: Value | undefined = dependency[field];
    const isNeeded = field === 'name' || field === 'repository';
    const isEmpty =
      value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0);
    return isEmpty && !isNeeded ? [] : [`${JSON.stringify(field)}:${jsonText(value ?? '')}`];
  });
  return `{${written.join(',')}}`;
}

/** JSON as Go's encoding/json writes it: sorted keys, `<`, `>` and `&` escaped. */
function jsonText(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isTable(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map(key => `${jsonText(key)}:${jsonText(value[key] as Value)}`).join(',')}}`;
  }
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
