import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localRepository, type TreeEntry } from '@millrace/git';
import { markerWord, settersOf, updateMarkers } from '@millrace/markers';
import { milliseconds, percentile, printTable } from './table.ts';

const [files, marked, rounds] = [5000, 500, 5];

/** 1,000 markers in 500 of 5,000 files become a commit: what git takes, and what we take beside it. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-markers-'));
  try {
    const parent = repositoryIn(folder);
    const samples: { git: number; own: number; commit: number }[] = [];
    for (let i = 0; i < rounds; i++) samples.push(await update(folder, parent));
    const column = (name: 'git' | 'own' | 'commit') =>
      milliseconds(
        percentile(
          samples.map(sample => sample[name]),
          0.5,
        ),
      );
    printTable(
      ['markers', 'files', 'of', 'git finds and reads', 'values are replaced', 'git writes the commit'],
      [[String(2 * marked), String(marked), String(files), column('git'), column('own'), column('commit')]],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function repositoryIn(folder: string): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])
      .toString()
      .trim();
  git('init', '--quiet');
  for (let i = 0; i < files; i++) {
    const path = join(folder, `apps-${i % 100}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, `${i}.yaml`), manifest(i < marked));
  }
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Start');
  return git('rev-parse', 'HEAD');
}

const manifest = (isMarked: boolean) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
${Array.from({ length: 10 }, (_, i) => `      - name: c${i}\n        image: registry.example/app:v1${isMarked && i < 2 ? ` # {"$imagepolicy": "ns:app"}` : ''}\n`).join('')}`;

async function update(folder: string, parent: string) {
  const signal = AbortSignal.timeout(60_000);
  const copy = localRepository(join(folder, '.git'));
  const setters = settersOf(new Map([['ns:app', { name: 'registry.example/app', tag: 'v2' }]]));
  const texts: { entry: TreeEntry; text: string }[] = [];
  const start = performance.now();
  for await (const { entry, chunks } of copy.read(
    await copy.filesWith(parent, markerWord, '', signal),
    signal,
  ))
    texts.push({ entry, text: Buffer.concat(await Array.fromAsync(chunks)).toString('utf8') });
  const read = performance.now();
  const changed = texts.map(({ entry, text }) => ({
    path: entry.path,
    executable: false,
    content: Buffer.from(updateMarkers(text, setters).text),
  }));
  const replaced = performance.now();
  const author = { name: 'a', email: 'a@b' };
  await copy.write({ parent, files: changed, author, when: new Date(), message: 'Update' }, signal);
  return { git: read - start, own: replaced - read, commit: performance.now() - replaced };
}
