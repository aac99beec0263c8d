import type { IncomingMessage } from 'node:http';

/** What a body may come to (notification-controller v1.9.3). */
export const bodyLimit = 3 * 1024 * 1024;

/** Bytes of all the bodies that are held at once: what comes beyond has to be sent again. */
const heldLimit = 256 * 1024 * 1024;

export type Body =
  | { kind: 'read'; bytes: Buffer; release(): void }
  | { kind: 'too large' }
  | { kind: 'broken' }
  | { kind: 'busy' };

/** Reads bodies, of which only so much is in memory. */
export class Bodies {
  #held = 0;

  /**
   * Read a body to its end, or to the limit.
   *
   * @param keep false: its bytes are counted only, because nobody will look at them
   * @param timeout milliseconds from now until it is taken for broken
   */
  read(request: IncomingMessage, keep: boolean, timeout: number): Promise<Body> {
    const { promise, resolve } = Promise.withResolvers<Body>();
    const chunks: Buffer[] = [];
    let size = 0;
    let mine = 0;
    const release = () => {
      this.#held -= mine;
      mine = 0;
    };
    const end = (body: Body) => {
      clearTimeout(timer);
      request.off('data', take).off('end', ended).off('close', broken);
      if (body.kind !== 'read') release();
      resolve(body);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimit) return end({ kind: 'too large' });
      if (!keep) return;
      mine += chunk.length;
      this.#held += chunk.length;
      if (this.#held > heldLimit) return end({ kind: 'busy' });
      chunks.push(chunk);
    };
    const ended = () => end({ kind: 'read', bytes: Buffer.concat(chunks), release });
    const broken = () => end({ kind: 'broken' });
    const timer = setTimeout(broken, timeout);
    // What breaks ends in `close`.
    request.on('error', () => {});
    request.on('data', take).on('end', ended).on('close', broken);
    return promise;
  }
}
