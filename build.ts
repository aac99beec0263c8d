import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildPage } from './apps/web/build-page.ts';

/**
 * `npm run build`: the programs in dist/, bundled. What a command does not need is in files of its own that it does
 * not load, so that every command starts quickly; the first file can be read by any Node, and finds one that can run
 * the rest. The sample fleet comes along as it is.
 */
const entryPoints = {
  millrace: 'apps/cli/bin.js',
  'cluster-thread': 'apps/cluster/thread/cluster-thread.ts',
  'build-worker': 'controllers/kustomize/build-worker.ts',
  'unpack-worker': 'toolkit/artifact/unpack-worker.ts',
  'chart-worker': 'controllers/helm/chart-worker.ts',
  'helm-worker': 'controllers/source/helm/work/helm-worker.ts',
  'pack-worker': 'controllers/source/bucket/pack-worker.ts',
  'compose-worker': 'controllers/source-watcher/compose/compose-worker.ts',
  'layer-worker': 'controllers/source/oci/layer-worker.ts',
  'snapshot-worker': 'controllers/source/git/snapshot-worker.ts',
  'update-worker': 'controllers/image-automation/update-worker.ts',
  'identity-worker': 'toolkit/git-access/identity-worker.ts',
  'render-worker': 'apps/cli/helm/render-worker.ts',
};

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  loader: { '.node': 'copy' },
  // ssh2 does without, and what is built for one machine must not be shipped to another.
  external: ['*/sshcrypto.node', 'cpu-features'],
  // Some dependencies are CommonJS, call require and ask where they are.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;",
  },
});
await mkdir('dist/web');
for (const [name, text] of (await buildPage()).files) await writeFile(`dist/web/${name}`, text);
await cp('apps/cli/sample-fleet', 'dist/sample-fleet', { recursive: true });
await chmod('dist/millrace.js', 0o755);
