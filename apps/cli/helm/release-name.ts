import { TemplateError } from '@millrace/go-template';
import { checkReleaseName, ReleaseNameError, releaseNameFrom } from '@millrace/helm';
import { HelmCommandError } from './helm-error.ts';

/** What the words behind `helm template` mean: NAME CHART, or CHART alone. Throws HelmCommandError. */
export function nameAndChart(
  words: readonly string[],
  options: { generateName?: boolean; nameTemplate?: string },
): { name: string; chart: string } {
  const [first = '', second, ...more] = words;
  if (more.length > 0)
    throw new HelmCommandError(`expected at most two arguments, unexpected arguments: ${more.join(', ')}`);
  if (second === undefined) {
    // Nothing is installed, so a name need not be new: without a template it is always the same.
    const { nameTemplate } = options;
    return { name: nameTemplate ? templatedName(nameTemplate) : 'release-name', chart: first };
  }
  if (options.generateName) throw new HelmCommandError('cannot set --generate-name and also specify a name');
  if (options.nameTemplate) throw new HelmCommandError('cannot set --name-template and also specify a name');
  return { name: first, chart: second };
}

/** The name that --name-template makes. Throws HelmCommandError. */
export function templatedName(template: string): string {
  try {
    return releaseNameFrom(template, {});
  } catch (error) {
    throw error instanceof TemplateError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}

/** Throws HelmCommandError for a name that no release can have. */
export function requireReleaseName(name: string): void {
  try {
    checkReleaseName(name);
  } catch (error) {
    throw error instanceof ReleaseNameError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}
