import { printable, printableLine, withoutCredentials } from '@millrace/plain-text';
import { describe, expect, test } from 'vitest';
import { gitError } from './errors.ts';
import { GitError, git } from './index.ts';

describe('what git says', () => {
  test.each([
    ["fatal: Authentication failed for 'https://example.com/a.git/'", 'authentication'],
    ["fatal: could not read Username for 'https://example.com': terminal prompts disabled", 'authentication'],
    ["fatal: repository 'https://example.com/a.git/' not found", 'not found'],
    ["fatal: couldn't find remote ref refs/heads/x", 'reference'],
    ["fatal: unable to access 'https://nowhere/': Could not resolve host: nowhere", 'unreachable'],
    ['fatal: something else entirely', 'other'],
  ])('%s is %s', (stderr, failure) => {
    expect(gitError('unable to clone', stderr)).toMatchObject({
      failure,
      message: expect.stringContaining('unable to clone: '),
    });
  });

  test.each([
    ['see https://me:secret@host/a and ssh://git@host/b', 'see https://host/a and ssh://host/b'],
    ["unable to access 'https://me:secret@host/a.git/': no", "unable to access 'https://host/a.git/': no"],
    ['https://secret@host', 'https://host'],
    ['https://me:sec@secret@host/a', 'https://host/a'],
    ["https://me:sec'secret@host/a", 'https://host/a'],
    ['https://me:sec/secret@host/a', 'https://host/a'],
    ['https://me:sec?secret@host/a', 'https://host/a'],
    ["'https://host/a?token=secret': refused", "'https://host/a': refused"],
    ['http://127.0.0.1:8080/fleet.git', 'http://127.0.0.1:8080/fleet.git'],
    ['https://host/@scope/a', 'https://host/@scope/a'],
    ['HTTPS://me:secret@host', 'HTTPS://host'],
  ])('%s is shown as %s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
    expect(gitError(text, text).message).not.toContain('secret');
  });

  test('secrets are left out in every form in which a server may repeat them', () => {
    const basic = Buffer.from('me:p@ss word').toString('base64');
    const said = `remote: you sent p@ss word, p%40ss%20word and ${basic}`;
    expect(gitError('x', said, ['p@ss word', basic]).message).toBe('x: you sent ***, *** and ***');
  });

  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007', '\ufffd]0;title\ufffd'],
    ['\u009b2Jgone', 'gone'],
    ['a\u0000b\u0008c', 'a\ufffdb\ufffdc'],
    ['\u202egpj.exe', '\ufffdgpj.exe'],
    ['two\nlines\tand ü 😀', 'two\nlines\tand ü 😀'],
  ])('%j is printed as %j', (text, shown) => expect(printable(text)).toBe(shown));

  test('a line has no breaks, and an end', () => {
    expect(printableLine('a \r\n b\rc')).toBe('a b c');
    expect(printableLine('x'.repeat(1000), 10)).toBe(`${'x'.repeat(10)}…`);
  });

  test('long texts without an end cost their length', () => {
    const long = 'a'.repeat(2_000_000);
    expect(withoutCredentials(long)).toBe(long);
    expect(withoutCredentials('a://'.repeat(200_000)).length).toBeGreaterThan(0);
    expect(printable('\u001b['.repeat(500_000), Number.POSITIVE_INFINITY)).toBe('');
  });
});

describe('a git', () => {
  test('sees nothing of the user: no configuration, no prompts', async () => {
    const output = await git({
      args: ['config', '--list', '--show-origin'],
      what: 'config',
      signal: AbortSignal.timeout(5000),
    }).catch(error => error);
    if (output instanceof GitError) expect(output.failure).toBe('other');
    else expect(output.toString()).not.toMatch(/\.gitconfig|\/etc\/gitconfig/);
  });

  test('that is aborted throws the reason of its signal', async () => {
    const reason = new Error('enough');
    await expect(git({ args: ['version'], what: 'version', signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  test('that writes more than is allowed is an error', async () => {
    await expect(
      git({ args: ['version'], what: 'version', signal: AbortSignal.timeout(5000), limit: 3 }),
    ).rejects.toThrow(/more than 3 bytes/);
  });
});
