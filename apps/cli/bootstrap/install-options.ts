import type { InstallOptions } from '@millrace/installation/options';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { type InstallFlags, installOptionsOf } from '../install/flags.ts';

/** Without these nobody would follow the repository. */
const required = ['source-controller', 'kustomize-controller'] as const;

/** Throws CliError for an installation that cannot manage itself. */
export function selfManaging(flags: InstallFlags, globals: Globals): InstallOptions {
  const options = installOptionsOf(flags, globals);
  for (const component of required)
    if (!options.components.includes(component)) throw new CliError(`component ${component} is required`);
  return options;
}
