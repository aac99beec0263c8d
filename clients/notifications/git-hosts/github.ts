import { CloudError, type GitHubApp, requireGitHubApp } from '@millrace/cloud';
import type { Destination } from '../destination.ts';
import { DeliveryError, InvalidDestination } from '../errors.ts';
import { eventAsJson } from '../event/event.ts';
import { plainGoJson } from '../event/go-json.ts';
import type { Means, ProviderType } from '../provider-type.ts';
import { partsOf, path, type Repository, repositoryAt } from './address.ts';
import { type Comments, commentNotifier, commentsIn } from './comment.ts';
import { commitStatusNotifier, isSaid, type SetStatus } from './commit-status.ts';
import { type Ask, asking, objectsIn, textAt } from './exchange.ts';

/** https://docs.github.com/en/rest/commits/statuses */
export const github: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const host = gitHubAt(destination, by);
    const set: SetStatus = async ({ commit, state, context, description }, signal) => {
      const ask = await host.logIn(signal);
      const said = { state: state === 'failed' ? 'failure' : 'success', description, context };
      const list = host.url(`/commits/${commit}/statuses?per_page=50`);
      const statuses = objectsIn(await ask({ method: 'GET', url: list }, signal));
      const complete = statuses.filter(status =>
        ['context', 'state', 'description'].every(field => textAt(status, field) !== undefined),
      );
      const same = isSaid(
        complete,
        status => status.context === context,
        status => status.state === said.state && status.description === description,
      );
      if (!same) await ask({ url: host.url(`/statuses/${commit}`), body: plainGoJson(said) }, signal);
    };
    return commitStatusNotifier(destination, set);
  },
};

/** https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event */
export const githubDispatch: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const host = gitHubAt(destination, by);
    return {
      async post(event, signal) {
        const { kind = '', name = '', namespace = '' } = event.involvedObject;
        const type = plainGoJson(`${kind}/${name}.${namespace}`).trimEnd();
        const body = `{"event_type":${type},"client_payload":${eventAsJson(event)}}\n`;
        const ask = await host.logIn(signal);
        await ask({ url: host.url('/dispatches'), body, once: true }, signal);
      },
    };
  },
};

/** https://docs.github.com/en/rest/issues/comments: a pull request is an issue. */
export const githubPullRequestComment: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const host = gitHubAt(destination, by);
    return commentNotifier(destination, 'flux-pr-comment-key', async signal => {
      const ask = await host.logIn(signal);
      const slug = await host.slug(signal);
      const user = slug === undefined ? await ask({ method: 'GET', url: host.api('/user') }, signal) : null;
      return {
        author: slug === undefined ? (textAt(user, 'login') ?? '') : `${slug}[bot]`,
        comments: commentsOf(host, ask),
      };
    });
  },
};

function commentsOf(host: GitHub, ask: Ask): Comments {
  return {
    async list(number, signal) {
      const query = 'direction=asc&per_page=100&sort=created';
      const url = host.url(`/issues/${number}/comments?${query}`);
      const comments = objectsIn(await ask({ method: 'GET', url }, signal));
      return commentsIn(
        comments.map(comment => ({
          id: comment.id,
          author: textAt(comment, 'user', 'login'),
          body: textAt(comment, 'body'),
        })),
      );
    },
    async create(number, body, signal) {
      await ask(
        { url: host.url(`/issues/${number}/comments`), body: plainGoJson({ body }), once: true },
        signal,
      );
    },
    async update(_number, { id }, body, signal) {
      const url = host.url(`/issues/comments/${id}`);
      await ask({ method: 'PATCH', url, body: plainGoJson({ body }) }, signal);
    },
  };
}

const headers = {
  accept: 'application/vnd.github.v3+json',
  'content-type': 'application/json',
  'x-github-api-version': '2022-11-28',
};

/** A repository of GitHub, and who we are there. */
interface GitHub {
  api(path: string): URL;
  /** Of the repository. */
  url(path: string): URL;
  logIn(signal: AbortSignal): Promise<Ask>;
  /** Of the app, if it is one. */
  slug(signal: AbortSignal): Promise<string | undefined>;
}

/** Throws InvalidDestination. */
function gitHubAt(destination: Destination, by: Means): GitHub {
  const repository = repositoryAt(destination.address);
  const [owner, name] = partsOf(repository, 'owner', 'repository');
  const base = baseOf(repository);
  const given = destination.token || destination.password;
  const app = given === '' ? appOf(destination) : undefined;
  const { tls, proxy, identity } = destination;
  const who = () => {
    if (identity) return identity;
    throw new DeliveryError('nobody asks GitHub for the token of an app here');
  };
  const ask = asking(destination, by);
  return {
    api: path => new URL(base + path),
    url: rest => new URL(`${base}/repos${path(owner!, name!)}${rest}`),
    async logIn(signal) {
      const authorization = `Bearer ${app ? await who().gitHubToken(app, { tls, proxy }, signal) : given}`;
      return (message, late) => ask({ ...message, headers: { ...headers, authorization } }, late);
    },
    slug: async signal => app && who().gitHubSlug(app, { tls, proxy }, signal),
  };
}

/** github.com, or GitHub Enterprise; a host that is called api already has no other place for it. */
function baseOf({ origin, host }: Repository): string {
  if (host === 'github.com') return 'https://api.github.com';
  return /^api\.|\.api\./.test(host) ? origin : `${origin}/api/v3`;
}

function appOf({ secret }: Destination): GitHubApp {
  const field = (name: string) =>
    (Object.hasOwn(secret, name) && Buffer.from(secret[name]!).toString().trim()) || undefined;
  const appId = field('githubAppID');
  if (appId === undefined)
    throw new InvalidDestination('github token or github app details must be specified in the Secret');
  const app: GitHubApp = {
    appId,
    privateKey: field('githubAppPrivateKey') ?? '',
    owner: field('githubAppInstallationOwner'),
    installationId: field('githubAppInstallationID'),
    baseUrl: field('githubAppBaseURL'),
  };
  try {
    requireGitHubApp(app);
    return app;
  } catch (cause) {
    throw cause instanceof CloudError ? new InvalidDestination(cause.message, { cause }) : cause;
  }
}
