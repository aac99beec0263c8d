import { describe, expect, test } from 'vitest';
import { gitError } from './errors.ts';
import { GitError, git, withoutCredentials } from './index.ts';

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

  test('credentials in URLs are left out', () => {
    expect(withoutCredentials('see https://me:secret@host/a and ssh://git@host/b')).toBe(
      'see https://host/a and ssh://host/b',
    );
    expect(gitError('x', "fatal: unable to access 'https://me:secret@host/': no").message).not.toContain(
      'secret',
    );
  });

  test('git sees nothing of the user: no configuration, no prompts', async () => {
    const output = await git({
      args: ['config', '--list', '--show-origin'],
      what: 'config',
      signal: AbortSignal.timeout(5000),
    }).catch(error => error);
    if (output instanceof GitError) expect(output.failure).toBe('other');
    else expect(output.toString()).not.toMatch(/\.gitconfig|\/etc\/gitconfig/);
  });

  test('an aborted command throws the reason of its signal', async () => {
    const reason = new Error('enough');
    await expect(git({ args: ['version'], what: 'version', signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  test('more output than is allowed is an error', async () => {
    await expect(
      git({ args: ['version'], what: 'version', signal: AbortSignal.timeout(5000), limit: 3 }),
    ).rejects.toThrow(/more than 3 bytes/);
  });
});
