import { CliError } from '../cli-error.ts';

/** A command of `helm` failed: printed after `Error: `, as helm prints it. */
export class HelmCommandError extends CliError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
