import { quote } from '@millrace/go-template';
import { parseVersion } from '@millrace/semver';
import type { Dependency, Maintainer, Metadata } from './chart.ts';
import { ChartError } from './chart-error.ts';

/**
 * What Chart.yaml must say to be a chart's; the answer has its texts free of characters that do not print.
 * @throws ChartError that begins with `validation:`. Rule: Metadata.Validate of Helm.
 */
export function checkMetadata(given: Partial<Metadata>): Metadata {
  const found = sanitised(given);
  if (!found.apiVersion) fail('chart.metadata.apiVersion is required');
  requireName(found.name);
  if (!found.version) fail('chart.metadata.version is required');
  if (!parseVersion(found.version)) fail(`chart.metadata.version ${quote(found.version)} is invalid`);
  if (!['', 'application', 'library'].includes(found.type ?? '')) {
    fail('chart.metadata.type must be application or library');
  }
  const maintainers = found.maintainers?.map(maintainer);
  const dependencies = found.dependencies?.map(dependency);
  requireUnique(dependencies ?? []);
  return {
    ...found,
    ...(maintainers && { maintainers }),
    ...(dependencies && { dependencies }),
  } as Metadata;
}

function fail(problem: string): never {
  throw new ChartError(`validation: ${problem}`);
}

function requireName(name: string | undefined): void {
  if (!name) fail('chart.metadata.name is required');
  if (name === '.' || name === '..') fail(`chart.metadata.name ${quote(name)} is not allowed`);
  if (name.includes('/')) fail(`chart.metadata.name ${quote(name)} is invalid`);
}

const texts = [
  'name',
  'description',
  'home',
  'icon',
  'condition',
  'tags',
  'appVersion',
  'kubeVersion',
] as const;

function sanitised(given: Partial<Metadata>): Partial<Metadata> {
  const out: Partial<Metadata> = { ...given };
  for (const field of texts) if (out[field] !== undefined) out[field] = printable(out[field]);
  if (given.sources) out.sources = given.sources.map(printable);
  if (given.keywords) out.keywords = given.keywords.map(printable);
  return out;
}

function maintainer(given: Maintainer | null): Maintainer {
  if (given === null) fail('maintainers must not contain empty or null nodes');
  return Object.fromEntries(Object.entries(given).map(([field, text]) => [field, printable(text)]));
}

function dependency(given: Dependency | null): Dependency {
  if (given === null) fail('dependencies must not contain empty or null nodes');
  const found: Dependency = {
    ...given,
    name: printable(given.name),
    repository: printable(given.repository),
  };
  if (given.version !== undefined) found.version = printable(given.version);
  if (given.condition !== undefined) found.condition = printable(given.condition);
  if (given.tags) found.tags = given.tags.map(printable);
  if (found.alias && !/^[a-zA-Z0-9_-]+$/.test(found.alias)) {
    fail(`dependency ${quote(found.name)} has disallowed characters in the alias`);
  }
  return found;
}

function requireUnique(dependencies: Dependency[]): void {
  const seen = new Set<string>();
  for (const { name, alias } of dependencies) {
    const key = alias || name;
    if (seen.has(key)) fail(`more than one dependency with name or alias ${quote(key)}`);
    seen.add(key);
  }
}

/** White space becomes a blank, what does not print goes. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, character => {
    if (/\p{White_Space}/u.test(character)) return ' ';
    return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character) ? character : '';
  });
}
