import { execute, parseTemplate } from '@millrace/go-template';
import { type SprigOptions, sprigFunctions } from '@millrace/go-template/sprig';

/** A name that no release can have. */
export class ReleaseNameError extends Error {
  override readonly name = 'ReleaseNameError';
}

const longest = 53;
const pattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/**
 * Refuse what Helm takes for no name of a release: throws ReleaseNameError in Helm's words. What may follow the name in
 * the names of objects needs room, so that it is shorter than theirs.
 *
 * Rule: ValidateReleaseName in pkg/chart/v2/util of helm v4.3.1
 */
export function checkReleaseName(name: string): void {
  if (name === '') throw invalid(name, 'no name provided');
  if (name.length > longest || !new RegExp(pattern).test(name))
    throw invalid(
      name,
      `invalid release name, must match regex ${pattern} and the length must not be longer than ${longest}`,
    );
}

function invalid(name: string, problem: string): ReleaseNameError {
  return new ReleaseNameError(`release name check failed: release name ${JSON.stringify(name)}: ${problem}`);
}

/** The name that `--name-template` makes. Throws TemplateError. */
export function releaseNameFrom(template: string, options: SprigOptions): string {
  const set = parseTemplate('name-template', template, { functions: sprigFunctions(options) });
  return execute(set, 'name-template', null);
}
