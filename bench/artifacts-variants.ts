import { execFileSync, spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import type { GitRepository } from '@millrace/api';
import type { GitServer } from '@millrace/cluster';

/** A way to make an artifact of a repository. */
export interface Variant {
  name: string;
  spec: Partial<GitRepository['spec']>;
}

interface Ground {
  /** Where the server has its repositories. */
  root: string;
  server: GitServer;
  /** The repository that was staged before this one: it is included, and a submodule. */
  before: string | undefined;
}

/** What is left out of a folder by a file of its own, and what is taken in again. */
const rules = [
  '*.md\n!README.md\n',
  '/*.yaml\n**/test*/\n',
  '*\n!*/\n!*.go\n!*.yaml\n',
  '[a-m]*\n!\\#*\n# none\n',
  '/**/x*\n',
];

/** Of a spec: they come after those of files, and may take in again. */
const ignore = '# by the spec\n/*\n!/docs/\n!/c*\n!/k*\n/docs/**/*.png\n**/testdata/\n!/README.md\n*.sum\n';

/** A repository on the server, and how it is tried. Undefined for one that does not hold all that it tells of. */
export async function stageRepository(path: string, { root, server, before }: Ground) {
  const name = nameOf(path);
  const url = await server.createRepository(name, { defaultBranch: 'main' });
  const folder = join(root, `${name}.git`);
  const fetch = ['fetch', '--quiet', '--no-tags', '--depth=1', `file://${path}`, '+HEAD:refs/heads/main'];
  if (spawnSync('git', ['-C', folder, ...fetch]).status !== 0) {
    console.log(`${name}: left out, for it is not whole`);
    return undefined;
  }
  const git = gitIn(folder);
  const folders = git('ls-tree', '-r', '-d', '--name-only', 'main').split('\n').filter(Boolean);
  commit(git, 'ignoring', rulesIn(folders));
  const spec = (branch: string, more: Variant['spec'] = {}) => ({
    ...{ interval: '1h', timeout: '5m', url, ref: { branch } },
    ...more,
  });
  const variants: Variant[] = [
    { name: 'whole', spec: spec('main') },
    { name: 'ignoring', spec: spec('ignoring') },
    { name: 'ignore', spec: spec('main', { ignore }) },
    { name: 'both', spec: spec('ignoring', { ignore }) },
  ];
  const [first, ...others] = folders;
  const sparseCheckout = [first, others.at(-1), others.find(one => one.includes('/'))].filter(
    one => one !== undefined,
  );
  if (sparseCheckout.length > 0) variants.push({ name: 'sparse', spec: spec('main', { sparseCheckout }) });
  if (before) {
    // A module, and one that has one itself where the repository before has.
    for (const [branch, of] of [
      ['submodules', 'main'],
      ['nested', 'submodules'],
    ] as const) {
      const other = revisionOf(join(root, `${before}.git`), of);
      if (!other) continue;
      const modules = `[submodule "the other"]\n\tpath = deep/other\n\turl = ../${before}.git\n`;
      commit(git, branch, new Map([['.gitmodules', modules]]), `160000,${other},deep/other`);
      variants.push({ name: branch, spec: spec(branch, { recurseSubmodules: true }) });
    }
    const repository = { name: `${before}-ignore` };
    const include = [{ repository, toPath: 'vendor/other' }, { repository: { name: `${before}-whole` } }];
    variants.push({ name: 'include', spec: spec('ignoring', { include, ignore }) });
  }
  return { name, variants };
}

function revisionOf(folder: string, branch: string): string {
  const { stdout } = spawnSync('git', ['-C', folder, 'rev-parse', '--verify', '--quiet', branch], {
    encoding: 'utf8',
  });
  return stdout.trim();
}

type Git = (...args: string[]) => string;

function gitIn(folder: string): Git {
  const who = ['AUTHOR', 'COMMITTER'].flatMap(of => [
    [`GIT_${of}_NAME`, 'A user'],
    [`GIT_${of}_EMAIL`, 'user@example.com'],
    [`GIT_${of}_DATE`, '2026-01-02T03:04:05Z'],
  ]);
  const env = {
    ...process.env,
    ...Object.fromEntries(who),
    GIT_INDEX_FILE: join(folder, 'index-of-variants'),
  };
  return (...args) =>
    execFileSync('git', ['-C', folder, ...args], { env, encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** Put files beside what is on main, in a branch of their own. */
function commit(git: Git, branch: string, files: Map<string, string>, link?: string): void {
  git('read-tree', 'main');
  for (const [path, text] of files) {
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: cwdOf(git),
      input: text,
      encoding: 'utf8',
    });
    git('update-index', '--add', '--cacheinfo', `100644,${blob.trim()},${path}`);
  }
  if (link) git('update-index', '--add', '--cacheinfo', link);
  const made = git('commit-tree', git('write-tree').trim(), '-p', 'main', '-m', branch).trim();
  git('update-ref', `refs/heads/${branch}`, made);
}

const cwdOf = (git: Git) => git('rev-parse', '--absolute-git-dir').trim();

/** At the root, and in every seventh folder, however deep. */
function rulesIn(folders: string[]): Map<string, string> {
  const chosen = folders.filter((_, i) => i % 7 === 3).slice(0, 40);
  const files = chosen.map((folder, i) => [`${folder}/.sourceignore`, rules[i % rules.length]!] as const);
  return new Map([['.sourceignore', '*.png\n/LICENSE\n**/node_modules\n'], ...files]);
}

/** `/mirrors/team+fleet/repo` is `team-fleet`. */
function nameOf(path: string): string {
  const parts = path.replace(/\/(repo|\.git)?\/?$/, '').split('/');
  return (basename(parts.join('/')) || 'repository').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
