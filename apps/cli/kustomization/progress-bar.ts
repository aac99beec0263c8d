/** Shows what is under way while somebody waits for it. */
export interface ProgressBar {
  show(text: string): void;
  stop(): void;
}

const frames = ['⣾', '⣽', '⣻', '⢿', '⡿', '⣟', '⣯', '⣷'];
const pace = 100;
const clearLine = '\r\u001b[K';

/** On standard error, where that is a terminal; nothing elsewhere. It takes itself away when it stops. */
export function progressBar(isWanted: boolean, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!isWanted || !out.isTTY) return { show() {}, stop() {} };
  let text = 'running dry-run';
  let turn = 0;
  const timer = setInterval(() => {
    out.write(`${clearLine}${frames[turn++ % frames.length]} Kustomization diffing... ${text}`);
  }, pace);
  return {
    show: now => {
      text = now;
    },
    stop() {
      clearInterval(timer);
      out.write(clearLine);
    },
  };
}
