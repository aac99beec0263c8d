import { watch } from 'node:fs';
import { say } from './say.ts';

/** Several files are saved in one go. */
const settle = 200;

/**
 * Do something again after what is in a folder has changed, one time after the other. Where the system cannot tell of
 * changes, nothing is done. Returns what ends it.
 */
export function followFolder(folder: string, again: () => Promise<unknown>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const run = () => {
    last = last.then(again).catch(error => say('✗', error.message));
  };
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, () => {
      clearTimeout(timer);
      timer = setTimeout(run, settle);
    });
    watcher.on('error', () => {});
    return () => {
      clearTimeout(timer);
      watcher.close();
    };
  } catch {
    return () => {};
  }
}
