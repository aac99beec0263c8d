import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type BuiltPage, keepPage, keptPage, sha256 } from './kept-page.ts';

let root: string;
let page: BuiltPage;
const folder = () => join(root, 'node_modules/.cache/millrace-page');
const file = () => join(folder(), 'page');
const modeOf = (path: string) => statSync(path).mode & 0o777;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'kept-page-'));
  writeFileSync(join(root, 'main.tsx'), 'one');
  page = { files: new Map([['page.js', 'bundled\n“one”']]), inputs: new Map([['main.tsx', sha256('one')]]) };
  await keepPage(root, page);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a page is kept for its owner alone', async () => {
  expect(await keptPage(root)).toEqual(page);
  expect([modeOf(folder()), modeOf(file())]).toEqual([0o700, 0o600]);
  expect(readdirSync(folder())).toEqual(['page']);
});

test.each<[string, () => void]>([
  ['something that it was made of is another now', () => writeFileSync(join(root, 'main.tsx'), 'two')],
  ['something that it was made of is gone', () => rmSync(join(root, 'main.tsx'))],
  ['a part of it is missing', () => writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, -1))],
  ['it is empty', () => writeFileSync(file(), '')],
  ['others may read the file', () => chmodSync(file(), 0o644)],
  ['others may write into the folder', () => chmodSync(folder(), 0o777)],
  [
    'the file lies elsewhere',
    () => {
      renameSync(file(), join(root, 'page'));
      symlinkSync(join(root, 'page'), file());
    },
  ],
  [
    'the folder lies elsewhere',
    () => {
      renameSync(folder(), join(root, 'folder'));
      symlinkSync(join(root, 'folder'), folder());
    },
  ],
])('a kept page does not count where %s', async (_why, spoil) => {
  spoil();
  expect(await keptPage(root)).toBeUndefined();
});

test('a page that another user has made does not count, and none is kept in their folder', async () => {
  vi.spyOn(process, 'getuid').mockReturnValue(process.getuid!() + 1);
  onTestFinished(() => void vi.restoreAllMocks());
  expect(await keptPage(root)).toBeUndefined();
  rmSync(file());
  await keepPage(root, page);
  expect(readdirSync(folder())).toEqual([]);
});

test('a file of another user does not count in a folder of ours', async () => {
  // To give a file away takes root. Anybody else may link to one of root: it is refused as a link, and as root's.
  if (process.getuid!() === 0) chownSync(file(), 65534, 65534);
  else {
    rmSync(file());
    symlinkSync('/etc/passwd', file());
  }
  expect(await keptPage(root)).toBeUndefined();
});

test('several that keep one at once leave one', async () => {
  await Promise.all(Array.from({ length: 8 }, () => keepPage(root, page)));
  expect(await keptPage(root)).toEqual(page);
  expect(readdirSync(folder())).toEqual(['page']);
});

test('where nothing can be kept, nothing is, and nothing fails', async () => {
  rmSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, 'node_modules'), '');
  await keepPage(root, page);
  expect(await keptPage(root)).toBeUndefined();
  rmSync(join(root, 'node_modules'));
  mkdirSync(file(), { recursive: true, mode: 0o700 });
  await keepPage(root, page);
  expect(readdirSync(folder())).toEqual(['page']);
});
