import {
  type Cloud,
  CloudError,
  type GitHubApp,
  type GoogleKey,
  gitHubAppSlug,
  gitHubLogin,
  type Http,
  http,
  type Principal,
} from '@millrace/cloud';
import { connection } from '@millrace/http';
import { DeliveryError } from './errors.ts';
import type { Reach } from './transport.ts';

/** Who a Provider is at the clouds and at GitHub. Everything throws DeliveryError, which holds no secret. */
export interface Identity {
  azureToken(scope: string, signal: AbortSignal): Promise<string>;
  /** By the key of the Provider's Secret, or as who it is. */
  googleToken(key: GoogleKey | undefined, signal: AbortSignal): Promise<string>;
  /** A token of the app's installation, asked for as the Provider's settings say. */
  gitHubToken(app: GitHubApp, reach: Reach, signal: AbortSignal): Promise<string>;
  /** By what name the app comments: `slug[bot]`. */
  gitHubSlug(app: GitHubApp, reach: Reach, signal: AbortSignal): Promise<string>;
}

/** The identity of a ServiceAccount or of the controller. */
export function identityOf(cloud: Cloud, who: Principal): Identity {
  const told = <T>(asked: Promise<T>) =>
    asked.catch(cause => {
      throw cause instanceof CloudError ? new DeliveryError(cause.message, { cause }) : cause;
    });
  return {
    async azureToken(scope, signal) {
      return (await told(cloud.azureToken(who, scope, signal))).token;
    },
    async googleToken(key, signal) {
      return (await told(cloud.googleToken(key ?? who, signal))).token;
    },
    async gitHubToken(app, reach, signal) {
      const make = (flight: AbortSignal) => asking(reach, ask => gitHubLogin(ask, app, new Date(), flight));
      return (await told(cloud.tokens.get(['GitHub App', app, reach.tls, reach.proxy], make, signal)))
        .password;
    },
    async gitHubSlug(app, reach, signal) {
      const make = (flight: AbortSignal) => asking(reach, ask => gitHubAppSlug(ask, app, new Date(), flight));
      return (await told(cloud.tokens.get(['GitHub App slug', app, reach.tls, reach.proxy], make, signal)))
        .slug;
    },
  };
}

/** GitHub is asked as the repository's API is: by the same authority, certificate and proxy. */
async function asking<T>(reach: Reach, ask: (by: Http) => Promise<T>): Promise<T> {
  const dispatcher = connection(reach);
  try {
    return await ask(http({ dispatcher }));
  } finally {
    await dispatcher.close();
  }
}
