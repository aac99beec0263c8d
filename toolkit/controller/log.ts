import { printable, withoutCredentials } from '@millrace/plain-text';
import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  level?: 'debug' | 'info' | 'error' | undefined;
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
    options.file
      ? destination({ dest: options.file, append: true, mkdir: true, sync: false })
      : destination({ dest: 2, sync: true }),
  );
}
