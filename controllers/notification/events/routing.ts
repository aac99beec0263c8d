import type { Provider } from '@millrace/api';
import { changeRequestTypes, commitStatusTypes, type Event } from '@millrace/notifications';
import { eventPrefix, groupPrefix } from './intake.ts';

/**
 * Whether an event is for a kind of provider: statuses of commits go to Git hosts, which want nothing else, and
 * comments need to know where. A reason why not that is worth a line of the log; true if it is for it, false if not.
 */
export function isFor({ spec }: Provider, event: Event): true | false | string {
  const { type } = spec;
  const isStatus = event.metadata?.[`${groupPrefix(event)}commit_status`] === 'update';
  if (changeRequestTypes.includes(type) && !event.metadata?.[`${eventPrefix}change_request`])
    return isStatus ? false : 'the event names no change request';
  if (!commitStatusTypes.includes(type)) return !isStatus || type === 'generic' || type === 'generic-hmac';
  const isTaken = isStatus || event.severity === 'error' || Boolean(event.metadata?.[`${eventPrefix}commit`]);
  return isTaken || 'the event names no commit';
}
