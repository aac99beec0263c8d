import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { keptPage, mostKept, readPage } from './kept-page.ts';
import { pageOfSources } from './page-of-sources.ts';
import { pageAssets } from './server/assets.ts';

test('the page is under 250 kB compressed, and names nothing that lies elsewhere', async () => {
  const assets = await pageAssets();
  const all = [...assets.values()];
  const compressed = all.reduce((sum, { gzipped }) => sum + gzipped.length, 0);
  expect(compressed).toBeLessThan(250_000);
  const html = assets.get('/')!.body.toString('utf8');
  const named = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
  expect(named.filter(address => !assets.has(address))).toEqual([]);
  expect(html).not.toMatch(/<script>|<style|style=|\son\w+=/);
});

test('the page is two files besides its HTML, for which nothing has to be allowed', async () => {
  const files = await pageOfSources();
  expect([...files.keys()].sort()).toEqual(['icon.svg', 'index.html', 'page.css', 'page.js']);
  expect(files.get('page.js')).not.toMatch(/modulepreload|\beval\(|new Function\(/);
  expect(files.get('page.css')).not.toMatch(/@import|url\(/);
});

test('once made, the page is kept: the bundle, of each file that it has of the checkout', async () => {
  const program = join(import.meta.dirname, 'make-page.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program], { maxBuffer: mostKept });
  const made = readPage(stdout)!;
  expect(await keptPage(join(import.meta.dirname, '../..'))).toEqual(made);
  expect([...made.inputs.keys()]).toEqual(
    expect.arrayContaining([
      'package-lock.json',
      'apps/web/page/index.html',
      'apps/web/page/main.tsx',
      'apps/web/page/style.css',
      'apps/web/model/words.ts',
      'engines/line-diff/line-diff.ts',
      'node_modules/preact/dist/preact.mjs',
    ]),
  );
});
