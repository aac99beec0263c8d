import { CloudError, failure } from './errors.ts';
import type { Principal, ServiceAccountRef, ServiceAccounts } from './principal.ts';
import { requireServiceAccount } from './principal.ts';
import type { Expiring, TokenCache } from './token-cache.ts';

/** How one provider takes the token of a ServiceAccount for its own. */
export interface Exchange<Identity, Token extends Expiring> {
  /** As it is called in errors. */
  provider: string;
  /** Whatever, beside who asks, decides what the token is good for. */
  purpose: readonly unknown[];
  /** By what the environment of the controller gives: variables, files, the metadata server of the machine. */
  ambient(signal: AbortSignal): Promise<Token>;
  /** Whom the annotations of a ServiceAccount name at the provider. Throws CloudError. */
  identity(annotations: Record<string, string>): Identity;
  /** For whom the ServiceAccount's token is issued. */
  audiences(identity: Identity, signal: AbortSignal | undefined): Promise<readonly string[]>;
  exchange(token: string, identity: Identity, of: ServiceAccountRef, signal: AbortSignal): Promise<Token>;
}

export interface Exchanges {
  cache: TokenCache;
  /** What ServiceAccounts say of themselves, for a moment. */
  annotations: TokenCache;
  now(): Date;
  serviceAccounts: ServiceAccounts | undefined;
  /** The feature gate ObjectLevelWorkloadIdentity. */
  objectLevel: boolean;
}

/** The token of this principal, from the cache or anew. Throws CloudError, and the signal's reason. */
export async function tokenFor<Identity, Token extends Expiring>(
  on: Exchanges,
  how: Exchange<Identity, Token>,
  who: Principal,
  signal: AbortSignal | undefined,
): Promise<Token> {
  if (who === 'controller') {
    const failed = `${how.provider} gives no token to the controller`;
    return on.cache.get(
      [how.provider, how.purpose, who],
      flight => how.ambient(flight).catch(rethrow(failed, flight)),
      signal,
    );
  }
  const accounts = accountsFor(who, on);
  const name = `ServiceAccount ${who.namespace}/${who.name}`;
  const identity = named(name, how, await annotationsOf(who, accounts, on, signal));
  const audiences = who.audiences?.length ? who.audiences : await how.audiences(identity, signal);
  const key = [how.provider, how.purpose, who.namespace, who.name, identity, audiences];
  const make = async (flight: AbortSignal) => {
    const token = await accounts.token(who, audiences, flight);
    const failed = `${how.provider} gives no token to ${name}`;
    return how.exchange(token, identity, who, flight).catch(rethrow(failed, flight, [token]));
  };
  return on.cache.get(key, make, signal);
}

/**
 * A ServiceAccount that is gone, or no longer says who it is, gets nothing from the cache; nor is it asked for with each
 * request to a cluster that takes thousands.
 */
const moment = 2_000;

async function annotationsOf(
  { namespace, name }: ServiceAccountRef,
  accounts: ServiceAccounts,
  on: Exchanges,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const make = async (flight: AbortSignal) => ({
    annotations: await accounts.annotations({ namespace, name }, flight),
    expires: new Date(on.now().getTime() + moment),
  });
  return (await on.annotations.get([namespace, name], make, signal)).annotations;
}

function accountsFor(who: ServiceAccountRef, on: Exchanges): ServiceAccounts {
  requireServiceAccount(who);
  // In the words of fluxcd/pkg, auth.
  if (!on.objectLevel) throw new CloudError('ObjectLevelWorkloadIdentity feature gate is not enabled');
  if (!on.serviceAccounts)
    throw new CloudError(`there is no cluster that could issue a token to ${who.name}`);
  return on.serviceAccounts;
}

function named<Identity>(
  name: string,
  how: Pick<Exchange<Identity, Expiring>, 'identity'>,
  annotations: Record<string, string>,
): Identity {
  try {
    return how.identity(annotations);
  } catch (cause) {
    throw failure(name, cause);
  }
}

function rethrow(failed: string, signal: AbortSignal, secrets: string[] = []): (cause: unknown) => never {
  return cause => {
    signal.throwIfAborted();
    throw failure(failed, cause, secrets);
  };
}
