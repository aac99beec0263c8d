// By itself: the kinds come with a schema compiler that most commands do not need.
import { formatDuration, parseDuration } from '@millrace/api/duration';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';

/** A duration as Go writes it: `90s` is `1m30s`. Throws CliError. */
export function durationIn(text: string, flag = 'interval'): string {
  return formatDuration(millisecondsIn(text, flag));
}

/** Milliseconds. Throws CliError in the words of Go, which scripts may know. */
export function millisecondsIn(text: string, flag: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new CliError(`invalid argument "${text}" for "--${flag}" flag: time: ${problemOf(text)}`, {
      cause,
    });
  }
}

/** Refuse what is no duration where it is read, before anything else is looked at, as Go's flag packages do. */
export function checkDurations(command: Command): void {
  for (const option of command.options) {
    if (option.parseArg || !option.flags.endsWith(' <duration>')) continue;
    option.argParser((text: string) => {
      millisecondsIn(text, option.name());
      return text;
    });
  }
  for (const child of command.commands) checkDurations(child);
}

/** What Go's time.ParseDuration says first: of numbers and units, one after the other. */
function problemOf(text: string): string {
  const quoted = JSON.stringify(text);
  const parts = /^[-+]?((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*/.exec(text);
  const rest = text.slice(parts?.[0].length ?? 0);
  const [, number = '', unit = ''] = /^(\d*\.?\d*)([^\d.]*)/.exec(rest) ?? [];
  if (!/\d/.test(number)) return `invalid duration ${quoted}`;
  if (unit === '') return `missing unit in duration ${quoted}`;
  return `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
}
