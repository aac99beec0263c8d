import type { Destination, Notifier } from '../destination.ts';
import { DeliveryError, InvalidDestination } from '../errors.ts';
import type { Event } from '../event/event.ts';
import { markdownOf } from '../markdown.ts';

/** How a host keeps the comments of a change request. */
export interface Comments {
  /** Of the change request, the oldest first. */
  list(number: string, signal: AbortSignal): Promise<Comment[]>;
  create(number: string, body: string, signal: AbortSignal): Promise<void>;
  update(number: string, comment: Comment, body: string, signal: AbortSignal): Promise<void>;
}

export interface Comment {
  id: number;
  author: string | undefined;
  body: string;
}

/**
 * One comment for each object, which says what happened to it last. It is known by a mark that people do not see, and by
 * its author: others may have copied the mark. `logIn` says who we are there. Throws InvalidDestination.
 */
export function commentNotifier(
  { provider }: Destination,
  key: 'flux-pr-comment-key' | 'flux-mr-comment-key',
  logIn: (signal: AbortSignal) => Promise<{ author: string; comments: Comments }>,
): Notifier {
  if (provider.uid === '') throw new InvalidDestination('provider UID cannot be empty');
  return {
    async post(event, signal) {
      const { kind = '', namespace = '', name = '' } = event.involvedObject;
      const mark = `<!-- ${key}:${provider.uid}/${kind}/${namespace}/${name} -->`;
      const body = `${mark}\n\n${markdownOf(event)}`;
      const number = changeRequestOf(event);
      const { author, comments } = await logIn(signal);
      const all = await comments.list(number, signal);
      const own = all.find(comment => comment.author === author && comment.body.includes(mark));
      await (own ? comments.update(number, own, body, signal) : comments.create(number, body, signal));
    },
  };
}

function changeRequestOf({ metadata = {} }: Event): string {
  const number = metadata.change_request;
  if (number === undefined) throw new DeliveryError('missing "change_request" metadata key');
  if (/^\d{1,18}$/.test(number)) return number;
  throw new DeliveryError('the metadata "change_request" of the event is not a number');
}

/** The field in which each host keeps what Comment says; what has no number is none that could be changed. */
export function commentsIn(
  list: { id: unknown; author: string | undefined; body: string | undefined }[],
): Comment[] {
  return list.flatMap(({ id, author, body }) =>
    typeof id === 'number' && Number.isSafeInteger(id) && body !== undefined ? [{ id, author, body }] : [],
  );
}
