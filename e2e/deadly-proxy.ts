import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request of Git over HTTP: what is asked first, or what is fetched or pushed then. */
export type GitStep = `${'GET' | 'POST'} ${'git-upload-pack' | 'git-receive-pack'}`;
/** Before the server hears of it, before the client hears the answer, and just after it has. */
export type GitMoment = 'asked' | 'answered' | 'told';

export interface DeadlyProxy {
  /** The same repository by way of this proxy. */
  url: string;
  /** Resolves when the moment of a step has come, and `kill` has ended. The client is told no more unless it was `told`. */
  at(step: GitStep, moment: GitMoment, kill: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** In front of a Git server: whoever asks it dies at a moment of one's choice. */
export async function startDeadlyProxy(url: string): Promise<DeadlyProxy> {
  const target = new URL(url);
  let next: { step: GitStep; moment: GitMoment; kill: () => Promise<void>; done: () => void } | undefined;
  const server = createServer((asked, answer) => {
    const service = /git-(?:upload|receive)-pack/.exec(asked.url ?? '')?.[0];
    const moment = next?.step === `${asked.method} ${service}` ? next.moment : undefined;
    const end = () => {
      const { kill, done } = next!;
      next = undefined;
      void kill().then(done);
    };
    if (moment === 'asked') return end();
    const handed = request({
      host: target.hostname,
      port: target.port,
      method: asked.method,
      path: asked.url,
      headers: { ...asked.headers, host: target.host },
    });
    handed.on('error', () => answer.destroy());
    handed.on('response', response => {
      if (moment === 'answered') {
        response.resume().on('end', end);
        return;
      }
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
      if (moment === 'told') answer.on('finish', end);
    });
    asked.pipe(handed);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(url);
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    at: (step, moment, kill) =>
      new Promise(done => {
        next = { step, moment, kill, done };
      }),
    stop() {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}
