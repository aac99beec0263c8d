import { expect, test } from 'vitest';
import { changeRequestTypes, commitStatusTypes } from './destination.ts';
import { notifierFor, providerTypes } from './notifier.ts';
import { type Caught, rehearsal, rehearsedCredentials, rehearsedIdentity } from './rehearsal.ts';
import { destination } from './testing/destination.ts';
import { eventNamed } from './testing/recorded.ts';

test.each(providerTypes.map(type => [type] as const))(
  'the Provider %s is rehearsed without its Secret',
  async type => {
    const caught: Caught[] = [];
    const own = destination(type, {
      ...rehearsedCredentials(type),
      channel: type === 'azureeventhub' ? 'namespace' : 'channel/topic',
      username: 'user',
      commitStatus: commitStatusTypes.includes(type) ? 'status' : '',
      identity: rehearsedIdentity,
    });
    const event = eventNamed(changeRequestTypes.includes(type) ? 'change-request' : 'error');
    await notifierFor(
      own,
      rehearsal(request => caught.push(request)),
    ).post(event, AbortSignal.timeout(10_000));
    expect(caught).toHaveLength(1);
    expect(JSON.stringify(caught)).not.toContain('Bearer');
  },
);
