import { formatDuration, parseDuration } from '@millrace/api/duration';
import { CliError } from '../cli-error.ts';

/** A duration as Go writes it: `90s` is `1m30s`. Throws CliError. */
export function durationIn(text: string, flag = 'interval'): string {
  try {
    return formatDuration(parseDuration(text));
  } catch {
    throw new CliError(`invalid argument "${text}" for "--${flag}" flag: time: invalid duration "${text}"`);
  }
}
