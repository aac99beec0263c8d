import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Event } from './event/event.ts';
import { repositoryAt } from './git-hosts/address.ts';
import { commitOf } from './git-hosts/commit-status.ts';
import { eventNamed } from './testing/recorded.ts';
import { lower, nameAndReason, titleCase } from './words.ts';

/** As notification-controller v1.9.3 reads and writes texts: see golden/README.md. */
const { words, revisions, addresses } = JSON.parse(
  readFileSync(new URL('golden/texts/texts.json', import.meta.url), 'utf8'),
) as Record<string, string[][]>;

describe('as recorded in texts.json', () => {
  test.each(words!)('the reason %j', (reason, inWords, title, lowered) => {
    expect(nameAndReason({ ...eventNamed('bare'), reason: reason! }).reason).toBe(inWords);
    expect(titleCase(reason!)).toBe(title);
    expect(lower(reason!)).toBe(lowered);
  });

  test.each(revisions!)('the revision %j', (revision, commit) => {
    const event: Event = { ...eventNamed('bare'), metadata: { revision: revision! } };
    if (commit) expect(commitOf(event)).toBe(commit);
    else expect(() => commitOf(event)).toThrow('failed to extract commit hash');
  });

  test.each(addresses!)('the address %j', (address, origin, path) => {
    expect(repositoryAt(address!)).toMatchObject({ origin: origin!.toLowerCase(), path });
  });
});
