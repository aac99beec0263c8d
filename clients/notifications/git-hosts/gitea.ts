import type { Destination } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import { goJson } from '../event/go-json.ts';
import type { Means, ProviderType } from '../provider-type.ts';
import { partsOf, path, repositoryAt } from './address.ts';
import { type Comments, commentNotifier, commentsIn } from './comment.ts';
import { commitStatusNotifier, isSaid, type SetStatus } from './commit-status.ts';
import { type Ask, asking, objectsIn, textAt } from './exchange.ts';

const states = { pending: 'pending', succeeded: 'success', failed: 'failure' };

/** https://docs.gitea.com/api/#tag/repository/operation/repoCreateStatus */
export const gitea: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { ask, url, greet } = giteaAt(destination, by);
    const set: SetStatus = async ({ commit, state, context, description }, signal) => {
      await greet(signal);
      const said = { state: states[state], target_url: '', description, context };
      const list = url(`/commits/${commit}/statuses?limit=50&page=1`);
      const statuses = objectsIn(await ask({ method: 'GET', url: list }, signal));
      const complete = statuses.filter(status => status.context && status.status && status.description);
      const same = isSaid(
        complete,
        status => status.context === context,
        status => status.status === said.state && status.description === description,
      );
      if (!same) await ask({ url: url(`/statuses/${commit}`), body: goJson(said) }, signal);
    };
    return commitStatusNotifier(destination, set, { pending: true });
  },
};

/** https://docs.gitea.com/api/#tag/issue/operation/issueCreateComment: a pull request is an issue. */
export const giteaPullRequestComment: ProviderType = {
  reach: ['tls', 'proxy'],
  notifier(destination, by) {
    const { ask, url, api, greet } = giteaAt(destination, by);
    return commentNotifier(destination, 'flux-pr-comment-key', async signal => {
      await greet(signal);
      const user = await ask({ method: 'GET', url: api('/user') }, signal);
      return { author: textAt(user, 'login') ?? '', comments: commentsOf(ask, url) };
    });
  },
};

function commentsOf(ask: Ask, url: (path: string) => URL): Comments {
  return {
    async list(number, signal) {
      const list = url(`/issues/${number}/comments?limit=100&page=1`);
      const comments = objectsIn(await ask({ method: 'GET', url: list }, signal));
      return commentsIn(
        comments.map(comment => ({
          id: comment.id,
          author: textAt(comment, 'user', 'login'),
          body: textAt(comment, 'body'),
        })),
      );
    },
    async create(number, body, signal) {
      await ask({ url: url(`/issues/${number}/comments`), body: goJson({ body }), once: true }, signal);
    },
    async update(_number, { id }, body, signal) {
      const comment = url(`/issues/comments/${id}`);
      await ask({ method: 'PATCH', url: comment, body: goJson({ body }) }, signal);
    },
  };
}

/** Throws InvalidDestination. */
function giteaAt(destination: Destination, by: Means) {
  const token = destination.token || destination.password;
  if (token === '') throw new InvalidDestination('gitea token cannot be empty: the Secret needs one');
  const repository = repositoryAt(destination.address);
  const [owner, name] = partsOf(repository, 'owner', 'repository');
  const headers = { 'content-type': 'application/json', authorization: `token ${token}` };
  const ask = asking(destination, by);
  const told: Ask = (message, signal) => ask({ ...message, headers }, signal);
  const api = (path: string) => new URL(`${repository.origin}/api/v1${path}`);
  return {
    ask: told,
    api,
    url: (rest: string) => api(`/repos${path(owner!, name!)}${rest}`),
    /** Whether it is there, and lets us in: Flux asks for its version before anything else. */
    greet: (signal: AbortSignal) => told({ method: 'GET', url: api('/version') }, signal),
  };
}
