import { type PushableRegistry, RegistryError, registry, tokens } from '@millrace/oci';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import type { Address } from './address.ts';
import { type LoginOptions, loginOf } from './login.ts';

export interface RegistryFlags extends LoginOptions {
  insecureRegistry?: boolean;
}

/**
 * Ask the registry of an address, within the time of --timeout.
 * @param before said between the login and the first question
 * Throws CliError.
 */
export async function withRegistry<T>(
  address: Address,
  { insecureRegistry: insecure, ...login }: RegistryFlags,
  { timeout, pushes }: Pick<Globals, 'timeout'> & { pushes?: boolean },
  ask: (to: PushableRegistry, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(timeout);
  let to: PushableRegistry | undefined;
  try {
    const found = await loginOf(address.repository, login, signal);
    to = registry(address.repository, { login: found, insecure, pushes, tokens: tokens() });
    return await ask(to, signal);
  } catch (error) {
    if (error instanceof RegistryError) throw new CliError(error.message, { cause: error });
    if (signal.aborted) throw new CliError(`${address.written}: no answer within ${timeout / 1000}s`);
    throw error;
  } finally {
    await to?.close();
  }
}
