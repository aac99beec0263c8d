import { Writable } from 'node:stream';
import { printable, withoutCredentials } from '@millrace/plain-text';
import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  level?: 'trace' | 'debug' | 'info' | 'error' | undefined;
  /** For people to read, instead of JSON. */
  console?: boolean;
  /** A file instead of standard error. */
  file?: string | undefined;
}

const plain = (text: string) => printable(withoutCredentials(text));

/** Log lines as Flux's controllers write them: JSON with `level`, `ts`, `msg` and the object that they are about. */
export function createLogger(options: LogOptions = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: undefined,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ level: label }) },
      serializers: {
        error: (error: unknown) => plain(error instanceof Error ? error.message : String(error)),
      },
    },
    options.console
      ? consoleLines()
      : options.file
        ? destination({ dest: options.file, append: true, mkdir: true, sync: false })
        : destination({ dest: 2, sync: true }),
  );
}

/** `2026-01-02T15:04:05.000Z  info  the message  {"more": "fields"}`: tab-separated, as zap's console encoding. */
function consoleLines(): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { level, ts, msg, ...fields } = JSON.parse(chunk.toString('utf8')) as Record<string, unknown>;
      process.stderr.write(
        `${[ts, String(level).toUpperCase(), msg, JSON.stringify(fields)].join('\t')}\n`,
        done,
      );
    },
  });
}
