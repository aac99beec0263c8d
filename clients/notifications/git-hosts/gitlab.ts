import type { Destination } from '../destination.ts';
import { InvalidDestination } from '../errors.ts';
import { goJson } from '../event/go-json.ts';
import type { Means, ProviderType } from '../provider-type.ts';
import { repositoryAt } from './address.ts';
import { type Comments, commentNotifier, commentsIn } from './comment.ts';
import { commitStatusNotifier, type SetStatus } from './commit-status.ts';
import { type Ask, asking, objectsIn, textAt } from './exchange.ts';

/** https://docs.gitlab.com/api/commits/#set-commit-pipeline-status */
export const gitlab: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const { ask, url } = gitLabAt(destination, by);
    const set: SetStatus = async ({ commit, state, context, description }, signal) => {
      const said = { state: state === 'failed' ? 'failed' : 'success', name: context, description };
      const list = url(`/repository/commits/${commit}/statuses?name=${encodeURIComponent(context)}`);
      const statuses = objectsIn(await ask({ method: 'GET', url: list }, signal));
      const same = statuses.some(
        status =>
          status.sha === commit &&
          status.status === said.state &&
          status.name === context &&
          status.description === description,
      );
      if (!same) await ask({ url: url(`/statuses/${commit}`), body: goJson(said) }, signal);
    };
    return commitStatusNotifier(destination, set);
  },
};

/** https://docs.gitlab.com/api/notes/#merge-requests */
export const gitlabMergeRequestComment: ProviderType = {
  reach: ['tls'],
  notifier(destination, by) {
    const { ask, url, api } = gitLabAt(destination, by);
    return commentNotifier(destination, 'flux-mr-comment-key', async signal => ({
      author: textAt(await ask({ method: 'GET', url: api('/user') }, signal), 'username') ?? '',
      comments: notesOf(ask, url),
    }));
  },
};

function notesOf(ask: Ask, url: (path: string) => URL): Comments {
  const notes = (number: string) => `/merge_requests/${number}/notes`;
  return {
    async list(number, signal) {
      const list = url(`${notes(number)}?order_by=created_at&per_page=100&sort=asc`);
      const found = objectsIn(await ask({ method: 'GET', url: list }, signal));
      return commentsIn(
        found.map(note => ({
          id: note.id,
          author: textAt(note, 'author', 'username'),
          body: textAt(note, 'body'),
        })),
      );
    },
    async create(number, body, signal) {
      await ask({ url: url(notes(number)), body: goJson({ body }), once: true }, signal);
    },
    async update(number, { id }, body, signal) {
      await ask({ method: 'PUT', url: url(`${notes(number)}/${id}`), body: goJson({ body }) }, signal);
    },
  };
}

/** Throws InvalidDestination. */
function gitLabAt(destination: Destination, by: Means) {
  const { address } = destination;
  const token = destination.token || destination.password;
  if (token === '') throw new InvalidDestination('gitlab token cannot be empty: the Secret needs one');
  const { origin, path } = repositoryAt(address);
  // A dot is escaped as well: a proxy might take what follows it for a format.
  const project = encodeURIComponent(path).replaceAll('.', '%2E');
  const ask = asking(destination, by);
  const headers = { accept: 'application/json', 'content-type': 'application/json', 'private-token': token };
  const told: Ask = (message, signal) => ask({ ...message, headers }, signal);
  return {
    ask: told,
    api: (path: string) => new URL(`${origin}/api/v4${path}`),
    url: (path: string) => new URL(`${origin}/api/v4/projects/${project}${path}`),
  };
}
