import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { build, type Plugin } from 'vite';
import { type BuiltPage, sha256 } from './kept-page.ts';

/** Of the checkout. */
const root = join(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'page');
/** What decides on a page besides the modules that it consists of: the versions of everything are in the lock file. */
const besides = [
  'package-lock.json',
  'tsconfig.json',
  'apps/web/build-page.ts',
  'apps/web/page/tsconfig.json',
  'apps/web/page/index.html',
  'apps/web/page/icon.svg',
];

/** The page, bundled for browsers of the last two years. This is a process that does nothing else. */
export async function buildPage(): Promise<BuiltPage> {
  // Vite goes by it, whatever the shell has it be for other programs.
  process.env.NODE_ENV = 'production';
  const inputs = new Map<string, string>();
  for (const path of besides) inputs.set(path, sha256(await readFile(join(root, path))));
  const built = await build({
    root: folder,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [noteInputs(inputs)],
    // Without it a configuration is looked for in every folder above.
    css: { postcss: { plugins: [] } },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: ['chrome123', 'firefox121', 'safari17.5'],
      modulePreload: { polyfill: false },
      // The policy of the page takes no `data:` but for images, and everything is to be in two files.
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      rolldownOptions: {
        input: { page: join(folder, 'main.tsx') },
        output: { entryFileNames: '[name].js', assetFileNames: 'page[extname]', codeSplitting: false },
      },
    },
  });
  const files = new Map<string, string>();
  for (const name of ['index.html', 'icon.svg']) files.set(name, await readFile(join(folder, name), 'utf8'));
  for (const { output } of [built].flat().filter(one => 'output' in one))
    for (const file of output)
      files.set(file.fileName, file.type === 'chunk' ? file.code : Buffer.from(file.source).toString('utf8'));
  return { files, inputs };
}

/** Notes each module as it was when it was bundled: it may be another a moment later. */
function noteInputs(inputs: Map<string, string>): Plugin {
  return {
    name: 'inputs',
    enforce: 'pre',
    transform(code, id) {
      // What the bundler itself adds has no file.
      if (isAbsolute(id)) inputs.set(relative(root, id), sha256(code));
    },
  };
}
