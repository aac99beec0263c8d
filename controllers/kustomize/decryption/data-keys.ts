import { Parked } from '@millrace/controller';
import { KeyFailed, type MasterKey } from '@millrace/sops';
import { type DataKey, type KeyServices, keyName } from './keys.ts';

/** Milliseconds that the services may take for one key, all together. */
const patience = 30_000;

/**
 * The data keys of one Kustomization that services elsewhere have opened. They are asked outside of visits, once for
 * each key: a file that is decrypted again costs no request.
 */
export class DataKeys {
  readonly known = new Map<string, DataKey>();
  #version = '';
  #asking = false;

  /** Other credentials may open other keys. */
  reset(version: string): void {
    if (version !== this.#version) this.known.clear();
    this.#version = version;
  }

  /** Throws Parked while an answer is awaited. */
  requireRest(): void {
    if (this.#asking) throw new Parked('data keys', patience);
  }

  /** Ask for these, and wake somebody with the answers. Throws Parked. */
  ask(keys: MasterKey[], services: KeyServices, wake: () => void): never {
    const version = this.#version;
    this.#asking = true;
    void Promise.all(keys.map(async key => [keyName(key), await open(key, services)] as const)).then(
      answers => {
        this.#asking = false;
        if (version === this.#version) for (const [name, answer] of answers) this.known.set(name, answer);
        wake();
      },
    );
    throw new Parked('data keys', patience);
  }

  /** What was refused is asked for anew with the next try. */
  forgetProblems(): void {
    for (const [name, answer] of this.known) if ('problem' in answer) this.known.delete(name);
  }
}

async function open(key: MasterKey, services: KeyServices): Promise<DataKey> {
  const signal = AbortSignal.timeout(patience);
  try {
    const service = services[key.kind];
    return service ? { key: await service.dataKey(key, signal) } : { problem: 'nobody opens such keys' };
  } catch (error) {
    if (signal.aborted) return { problem: 'no answer in time' };
    // What is no failure of the key's may say anything.
    return { problem: error instanceof KeyFailed ? error.message : 'the request failed' };
  }
}
