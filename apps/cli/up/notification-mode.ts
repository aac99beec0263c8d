import { CliError } from '../cli-error.ts';

/** What becomes of notifications: shown and kept on the machine, sent, or neither. */
export type NotificationMode = 'print' | 'send' | 'off';

const modes: readonly string[] = ['print', 'send', 'off'] satisfies NotificationMode[];

/** Throws CliError. */
export function notificationMode(text: string): NotificationMode {
  if (!modes.includes(text)) throw new CliError(`--notifications: one of ${modes.join(', ')} is expected`);
  return text as NotificationMode;
}
