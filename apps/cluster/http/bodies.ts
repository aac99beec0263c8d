import { tooLarge, tooManyRequests } from '../api/status.ts';

/** Kubernetes accepts request bodies of up to 3 MiB. */
export const bodyLimit = 3 * 2 ** 20;
/** So much may have arrived of all bodies that are not whole yet; small ones come in always. */
const limitInAll = 128 * 2 ** 20;
const small = 64 * 2 ** 10;
/** A body that has not arrived within this time is waited for no more: the limit of Kubernetes for a request. */
export const bodyPatience = 60_000;

/** The bodies of requests that are on their way. */
export class Bodies {
  #arrived = 0;

  /** The whole body. Throws a 413 ApiError when it is too large, a 429 when too many are on their way. */
  async read(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
    const kept: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of chunks) {
        size += chunk.length;
        this.#arrived += chunk.length;
        if (size > bodyLimit) throw tooLarge(bodyLimit);
        if (size > small && this.#arrived > limitInAll) throw tooManyRequests();
        kept.push(chunk);
      }
      return kept.length === 1 ? kept[0]! : Buffer.concat(kept);
    } finally {
      this.#arrived -= size;
    }
  }
}
