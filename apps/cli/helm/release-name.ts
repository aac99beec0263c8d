import { HelmCommandError } from './helm-error.ts';

const pattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const longest = 53;

/** What the words behind `helm template` mean: NAME CHART, or CHART alone. Throws HelmCommandError. */
export function nameAndChart(
  words: readonly string[],
  options: { generateName?: boolean; nameTemplate?: string },
): { name: string; chart: string } {
  const [first = '', second, ...more] = words;
  if (more.length > 0)
    throw new HelmCommandError(`expected at most two arguments, unexpected arguments: ${more.join(', ')}`);
  if (second === undefined) return { name: 'release-name', chart: first };
  if (options.generateName) throw new HelmCommandError('cannot set --generate-name and also specify a name');
  if (options.nameTemplate) throw new HelmCommandError('cannot set --name-template and also specify a name');
  return { name: first, chart: second };
}

/** Throws HelmCommandError for a name that no release can have. */
export function checkReleaseName(name: string): void {
  if (name === '') throw new HelmCommandError('release name check failed: no name provided');
  if (name.length <= longest && new RegExp(pattern).test(name)) return;
  throw new HelmCommandError(
    `release name check failed: release name ${JSON.stringify(name)}: invalid release name, must match regex ${pattern} and the length must not be longer than ${longest}`,
  );
}
