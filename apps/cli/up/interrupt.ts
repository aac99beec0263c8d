let heard: AbortSignal | undefined;

/** Aborts at the first Ctrl-C or SIGTERM of the process; a second Ctrl-C ends it where it is. */
export function interruption(): AbortSignal {
  heard ??= listen();
  return heard;
}

function listen(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new DOMException(`stopped by ${signal}`, 'AbortError'));
    });
  }
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise(resolve => {
    // A listener on a signal keeps no process alive: the timer does.
    const alive = setInterval(() => {}, 2 ** 30);
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
