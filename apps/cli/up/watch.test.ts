import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCheckout } from './checkout.ts';
import { mirrorOf } from './mirror.ts';
import { watchCheckout } from './watch.ts';

let folder: string;
let checkout: string;
let bare: string;
let closing: (() => void)[];

/** As the user runs it, with their configuration out of the way. */
const gitIn = (where: string, ...args: string[]) =>
  execFileSync('git', ['-C', where, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.com',
      GIT_EDITOR: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
    .toString()
    .trim();
const run = (...args: string[]) => gitIn(checkout, ...args);

const write = (files: Record<string, string>, where = checkout) => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(where, path)), { recursive: true });
    writeFileSync(join(where, path), content);
  }
};
const commit = (files: Record<string, string>, message = 'Change') => {
  write(files);
  run('add', '--all');
  run('commit', '--quiet', '--message', message);
};

/** Rejects with why the checkout cannot be followed. */
async function firstLook(where: string, reflection = 'reflection'): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  const opened = await openCheckout(where, signal);
  const what = { branches: ['main'], dirty: false, told() {}, signal };
  const mirror = await mirrorOf({ checkout: opened, bare, reflection: join(folder, reflection), ...what });
  await mirror.update();
}

/** Follow a checkout into the bare repository, as `up` does. The slow looks come as rarely as is asked. */
async function follow(options: { where?: string; dirty?: boolean; every?: number } = {}) {
  const { where = checkout, dirty = false, every = 3_600_000 } = options;
  const signal = new AbortController();
  const opened = await openCheckout(where, signal.signal);
  const reflection = join(folder, 'reflection');
  const mirror = await mirrorOf({
    checkout: opened,
    bare,
    reflection,
    branches: ['main'],
    dirty,
    told: (branch, commit) => lost.push([branch, commit]),
    signal: signal.signal,
  });
  const errors: unknown[] = [];
  const look = async () => void (await mirror.update().catch(error => errors.push(error)));
  await look();
  closing.push(watchCheckout({ checkout: opened, dirty, savedPaths: mirror.savedPaths, look, every }));
  closing.push(() => expect(errors).toEqual([]));
  return mirror;
}

const mirrored = () => gitIn(bare, 'rev-parse', 'main');
/** The files of the mirror with their contents. */
const files = () => {
  const listed = gitIn(bare, 'ls-tree', '-r', '-z', 'main').split('\0').filter(Boolean);
  const blobs = listed.map(line => /^\d+ blob (\S+)\t(.*)$/s.exec(line)).filter(match => match !== null);
  return Object.fromEntries(
    blobs.map(([, object, path]) => [path, gitIn(bare, 'cat-file', 'blob', object!)]),
  );
};
const head = (where = checkout) => gitIn(where, 'rev-parse', 'HEAD');

let lost: [branch: string, commit: string][] = [];

beforeEach(() => {
  lost = [];
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-watch-')));
  checkout = join(folder, 'fleet');
  bare = join(folder, 'served.git');
  closing = [];
  mkdirSync(checkout);
  run('init', '--quiet', '--initial-branch=main');
  gitIn(folder, 'init', '--quiet', '--bare', bare);
  commit({ 'a.yaml': 'one', 'deep/er/b.yaml': 'one' }, 'First');
  commit({ 'a.yaml': 'two' }, 'Second');
});
afterEach(() => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true, force: true });
});

describe('each commit of a checkout is picked up, whatever git did to get there:', () => {
  const linked = () => {
    const where = join(folder, 'linked');
    run('worktree', 'add', '--quiet', '-b', 'linked', where);
    return where;
  };

  test.each<[string, () => void]>([
    [
      'several commits',
      () => {
        for (const n of [1, 2, 3]) commit({ 'a.yaml': `${n}` });
      },
    ],
    ['an amended commit', () => run('commit', '--quiet', '--amend', '--message', 'Other')],
    ['an empty commit', () => run('commit', '--quiet', '--allow-empty', '--message', 'Empty')],
    ['a reset', () => run('reset', '--quiet', '--hard', 'HEAD~1')],
    ['another branch', () => run('checkout', '--quiet', '-b', 'feature/x', 'HEAD~1')],
    ['no branch', () => run('checkout', '--quiet', '--detach', 'HEAD~1')],
    ['packed references', () => commit({ 'a.yaml': run('pack-refs', '--all') })],
    ['garbage collection', () => commit({ 'a.yaml': run('gc', '--quiet', '--prune=now') })],
    [
      'a merge',
      () => {
        run('checkout', '--quiet', '-b', 'side', 'HEAD~1');
        commit({ 'c.yaml': 'side' });
        run('checkout', '--quiet', 'main');
        run('merge', '--quiet', '--no-edit', 'side');
      },
    ],
    [
      'a rebase',
      () => {
        run('checkout', '--quiet', '-b', 'side', 'HEAD~1');
        commit({ 'c.yaml': 'side' });
        commit({ 'd.yaml': 'side' });
        run('rebase', '--quiet', 'main');
      },
    ],
    ['a reference that was moved alone', () => run('update-ref', 'refs/heads/main', 'HEAD~1')],
    ['a fetch by others of the same branch', () => run('stash', 'store', 'HEAD')],
  ])('%s', async (_, operate) => {
    await follow();
    operate();
    await expect.poll(mirrored).toBe(head());
    // And what comes after is not missed.
    commit({ 'later.yaml': 'later' });
    await expect.poll(mirrored).toBe(head());
  });

  test('a linked work tree, whose branch lies elsewhere', async () => {
    const where = linked();
    await follow({ where });
    write({ 'a.yaml': 'linked' }, where);
    gitIn(where, 'commit', '--quiet', '--all', '--message', 'Linked');
    await expect.poll(mirrored).toBe(head(where));
    commit({ 'a.yaml': 'main goes on' });
    gitIn(where, 'commit', '--quiet', '--allow-empty', '--message', 'Again');
    await expect.poll(mirrored).toBe(head(where));
  });

  test('tags come and go', async () => {
    await follow();
    run('tag', 'v1');
    await expect.poll(() => gitIn(bare, 'tag')).toBe('v1');
    run('tag', '--delete', 'v1');
    await expect.poll(() => gitIn(bare, 'tag')).toBe('');
  });

  test('a rebase that waits for its user is passed over until it ends', async () => {
    run('checkout', '--quiet', '-b', 'side', 'HEAD~1');
    commit({ 'a.yaml': 'conflict' });
    const before = head();
    await follow({ every: 50 });
    expect(() => run('rebase', '--quiet', 'main')).toThrow();
    // What must not come can only be waited for: eight looks.
    await new Promise(resolve => setTimeout(resolve, 400));
    expect(mirrored()).toBe(before);
    write({ 'a.yaml': 'solved' });
    run('add', '--all');
    run('rebase', '--continue');
    await expect.poll(mirrored).toBe(head());
  });

  test('a partial clone, where former files are missing', async () => {
    commit({ 'a.yaml': 'three' }, 'Three');
    run('tag', 'v1');
    run('config', 'uploadpack.allowFilter', 'true');
    const partial = join(folder, 'partial');
    gitIn(folder, 'clone', '--quiet', '--filter=blob:none', `file://${checkout}`, partial);
    await follow({ where: partial });
    expect(files()).toMatchObject({ 'a.yaml': 'three' });
    write({ 'a.yaml': 'four' }, partial);
    gitIn(partial, 'commit', '--quiet', '--all', '--message', 'Four');
    await vi.waitFor(() => expect(files()).toMatchObject({ 'a.yaml': 'four' }), 10_000);
    expect(gitIn(bare, 'tag')).toBe('v1');
  });

  test('a partial clone that lacks what is checked out elsewhere, which says what to do', async () => {
    run('config', 'uploadpack.allowFilter', 'true');
    const partial = join(folder, 'partial');
    gitIn(folder, 'clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${checkout}`, partial);
    await expect(firstLook(partial)).rejects.toThrow('git fetch --refetch --no-filter');
  });

  test('a bare repository is refused', async () => {
    gitIn(folder, 'clone', '--quiet', '--bare', checkout, 'bare-clone');
    await expect(firstLook(join(folder, 'bare-clone'))).rejects.toThrow('name a clone of it');
  });

  test('a repository of SHA-256 is refused', async () => {
    const other = join(folder, 'other');
    gitIn(folder, 'init', '--quiet', '--object-format=sha256', other);
    gitIn(other, 'commit', '--quiet', '--allow-empty', '--message', 'One');
    await expect(firstLook(other)).rejects.toThrow('SHA-256');
  });

  test('a checkout without a commit says so', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    gitIn(empty, 'init', '--quiet');
    await expect(firstLook(empty)).rejects.toThrow('has no commit yet');
  });
});

describe('each saved file is picked up, however it was saved:', () => {
  const saveByRename = (path: string, content: string) => {
    writeFileSync(join(checkout, `${path}~`), content);
    renameSync(join(checkout, `${path}~`), join(checkout, path));
  };
  test.each<[string, () => void, Record<string, string | undefined>]>([
    ['in place', () => write({ 'a.yaml': 'saved' }), { 'a.yaml': 'saved' }],
    ['by a rename', () => saveByRename('a.yaml', 'saved'), { 'a.yaml': 'saved' }],
    ['by a rename, deep below', () => saveByRename('deep/er/b.yaml', 'saved'), { 'deep/er/b.yaml': 'saved' }],
    ['in a new folder', () => write({ 'new/folder/c.yaml': 'new' }), { 'new/folder/c.yaml': 'new' }],
    ['deleted', () => rmSync(join(checkout, 'a.yaml')), { 'a.yaml': undefined }],
    [
      'deleted with its folder',
      () => rmSync(join(checkout, 'deep'), { recursive: true }),
      { 'deep/er/b.yaml': undefined },
    ],
    [
      'moved with its folder',
      () => renameSync(join(checkout, 'deep'), join(checkout, 'moved')),
      { 'deep/er/b.yaml': undefined, 'moved/er/b.yaml': 'one' },
    ],
    [
      'where a folder was',
      () => {
        rmSync(join(checkout, 'deep'), { recursive: true });
        write({ deep: 'file' });
      },
      { deep: 'file', 'deep/er/b.yaml': undefined },
    ],
    ['with a strange name', () => write({ '-x "ü\n.yaml': 'odd' }), { '-x "ü\n.yaml': 'odd' }],
  ])('%s', async (_, save, expected) => {
    await follow({ dirty: true });
    save();
    const seen = () => Object.fromEntries(Object.keys(expected).map(path => [path, files()[path]]));
    await expect.poll(seen).toEqual(expected);
    write({ 'deep2/later.yaml': 'later' });
    await expect.poll(files).toMatchObject({ 'deep2/later.yaml': 'later' });
    expect(run('diff', '--cached', '--name-only')).toBe('');
  });

  test('in a folder that was empty for a while', async () => {
    await follow({ dirty: true });
    mkdirSync(join(checkout, 'empty/for/now'), { recursive: true });
    // Git knows no empty folder, so that nothing tells when the watch has found it.
    await new Promise(resolve => setTimeout(resolve, 500));
    write({ 'empty/for/now/c.yaml': 'at last' });
    await expect.poll(files).toMatchObject({ 'empty/for/now/c.yaml': 'at last' });
  });

  test('what .gitignore leaves out stays out, but not what is committed', async () => {
    commit({ 'kept.log': 'one', '.gitignore': '' });
    commit({ '.gitignore': '*.log\nnode_modules/\n' });
    await follow({ dirty: true });
    write({ 'kept.log': 'two', 'other.log': 'x', 'node_modules/a/b.yaml': 'x', 'c.yaml': 'x' });
    await expect.poll(files).toMatchObject({ 'kept.log': 'two', 'c.yaml': 'x' });
    expect(Object.keys(files())).not.toContain('other.log');
    expect(Object.keys(files())).not.toContain('node_modules/a/b.yaml');
  });

  test('files that are as they were committed are the commit', async () => {
    await follow({ dirty: true });
    write({ 'a.yaml': 'other' });
    await expect.poll(mirrored).not.toBe(head());
    write({ 'a.yaml': 'two' });
    await expect.poll(mirrored).toBe(head());
  });

  test('by a slow look where events are missing', async () => {
    await follow({ dirty: true, every: 50 });
    write({ 'deep/er/b.yaml': 'slow' });
    await expect.poll(files).toMatchObject({ 'deep/er/b.yaml': 'slow' });
  });
});

describe('nothing that a repository names is run or obeyed', () => {
  /** A program that leaves a trace. */
  const trap = (name: string) => {
    const path = join(folder, `trap-${name}`);
    writeFileSync(path, `#!/bin/sh\ntouch "${path}.ran"\ncat\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const traps = () => execFileSync('find', [folder, '-name', '*.ran']).toString();

  const plantIn = (repository: string, name: string) => {
    const set = (key: string, value = trap(`${name}-${key}`)) => gitIn(repository, 'config', key, value);
    for (const key of [
      'core.sshCommand',
      'core.askPass',
      'core.pager',
      'core.editor',
      'core.alternateRefsCommand',
    ])
      set(key);
    for (const key of [
      'uploadpack.packObjectsHook',
      'gpg.program',
      'diff.external',
      'credential.helper',
      'core.gitProxy',
    ])
      set(key);
    for (const key of [
      'filter.evil.clean',
      'filter.evil.smudge',
      'filter.evil.process',
      'diff.evil.textconv',
    ])
      set(key);
    set('filter.evil.required', 'true');
    set('alias.fetch', `!${trap(`${name}-alias`)}`);
    set('log.showSignature', 'true');
    set('core.hooksPath', join(folder, 'hooks'));
    set('core.attributesFile', join(folder, 'attributes'));
    set('core.worktree', folder);
    const included = join(folder, 'included');
    writeFileSync(included, `[core]\n\tfsmonitor = ${trap(`${name}-included`)}\n`);
    set('include.path', included);
    set('includeIf.gitdir:/.path', included);
    // Last: git itself obeys it from here on.
    set('core.fsmonitor');
  };

  const hooks = [
    'post-index-change',
    'reference-transaction',
    'pre-commit',
    'post-checkout',
    'pre-auto-gc',
    'update',
  ];

  test.each([false, true])('with saved files: %s', async dirty => {
    commit({ '.gitattributes': '* filter=evil diff=evil ident eol=crlf\n', 'sub/.gitkeep': '' });
    const nested = join(checkout, 'nested');
    const module = join(checkout, 'module');
    for (const where of [nested, module]) {
      mkdirSync(where);
      gitIn(where, 'init', '--quiet');
      write({ 'n.yaml': 'nested' }, where);
      gitIn(where, 'add', '--all');
      gitIn(where, 'commit', '--quiet', '--message', 'Nested');
    }
    run('update-index', '--add', '--cacheinfo', `160000,${head(module)},module`);
    run('commit', '--quiet', '--message', 'Submodule');
    symlinkSync('/etc/hostname', join(checkout, 'outside'));
    mkdirSync(join(folder, 'hooks'));
    for (const hook of hooks) {
      symlinkSync(trap(`hook-${hook}`), join(folder, 'hooks', hook));
      symlinkSync(trap(`own-hook-${hook}`), join(checkout, '.git/hooks', hook));
    }
    writeFileSync(join(checkout, '.git/info/attributes'), '* filter=evil\n');
    for (const [i, where] of [checkout, nested, module].entries()) plantIn(where, `${i}`);
    write({ 'a.yaml': 'saved $Id$\n', 'nested/n.yaml': 'changed', 'module/n.yaml': 'changed' });

    await follow({ dirty });
    write({ 'sub/b.yaml': 'saved\r\n' });
    if (dirty) {
      await expect.poll(() => Object.keys(files())).toContain('sub/b.yaml');
      expect(gitIn(bare, 'cat-file', 'blob', 'main:a.yaml')).toBe('saved $Id$');
      expect(execFileSync('git', ['-C', bare, 'cat-file', 'blob', 'main:sub/b.yaml']).toString()).toBe(
        'saved\r\n',
      );
      expect(Object.keys(files())).not.toContain('nested/n.yaml');
      expect(gitIn(bare, 'ls-tree', 'main', 'outside')).toMatch(/^120000/);
    }
    rmSync(join(checkout, '.git/config'));
    gitIn(checkout, 'init', '--quiet');
    writeFileSync(join(checkout, '.git/info/attributes'), '');
    for (const hook of hooks) rmSync(join(checkout, '.git/hooks', hook));
    const found = traps(); // before anything of git's own runs again in the nested ones
    expect(found).toBe('');
    expect(existsSync(join(checkout, '.git/index.lock'))).toBe(false);
  });

  test('objects are not borrowed, histories not replaced', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    gitIn(other, 'init', '--quiet');
    write({ 'secret.yaml': 'of another' }, other);
    gitIn(other, 'add', '--all');
    gitIn(other, 'commit', '--quiet', '--message', 'Secret');
    const before = head();
    run('replace', before, `${before}~1`);
    await follow();
    expect(files()).toMatchObject({ 'a.yaml': 'two' });
    for (const close of closing.splice(0)) close();
    run('replace', '--delete', before);

    writeFileSync(join(checkout, '.git/objects/info/alternates'), join(other, '.git/objects'));
    run('update-ref', 'refs/heads/main', head(other));
    await expect(firstLook(checkout, 'reflection-2')).rejects.toThrow(
      'borrows objects from another repository',
    );
    expect(readFileSync(join(folder, 'reflection-2/config'), 'utf8')).toContain('bare = true');
  });
});

describe('what is pushed to the copy of a checkout', () => {
  /** As image automation does it. */
  const push = (content: string): string => {
    const clone = join(folder, `clone-${content}`);
    gitIn(folder, 'clone', '--quiet', '--branch', 'main', bare, clone);
    write({ 'image.yaml': content }, clone);
    gitIn(clone, 'add', '--all');
    gitIn(clone, 'commit', '--quiet', '--message', 'Update images');
    gitIn(clone, 'push', '--quiet', 'origin', 'HEAD:main');
    return head(clone);
  };

  test.each([false, true])('stays while the checkout rests (saved files: %s)', async dirty => {
    const mirror = await follow({ dirty });
    const pushed = push('1');
    expect(await mirror.update()).toBe(false);
    expect(mirrored()).toBe(pushed);
    expect(lost).toEqual([]);
  });

  test('stays when the checkout has taken it, and goes on from there', async () => {
    const mirror = await follow();
    push('1');
    run('pull', '--quiet', '--ff-only', bare, 'main');
    commit({ 'a.yaml': 'three' });
    await mirror.update();
    expect(files()).toMatchObject({ 'a.yaml': 'three', 'image.yaml': '1' });
    expect(lost).toEqual([]);
  });

  test('makes way for a commit that was made without it, which is told', async () => {
    const mirror = await follow();
    const pushed = push('1');
    commit({ 'a.yaml': 'three' });
    await vi.waitFor(() => expect(mirrored()).toBe(head()));
    await mirror.update();
    expect(files()).not.toHaveProperty('image.yaml');
    expect(lost).toEqual([['main', pushed]]);
  });
});
