import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { kubeClient, loadConnection } from '@millrace/kube';
import { serveArtifacts } from '../beside/archives.ts';
import { scenarios } from './scenarios/index.ts';
import { play } from './stage.ts';

/*
 * Writes the golden files. A kube-apiserver without controllers, with the custom resources of source-controller and
 * kustomize-controller, is to run at --kubeconfig, and there a kustomize-controller, started with
 * --requeue-dependency=2s --concurrent=20 --events-addr= and no leader election, for `--gated` with the
 * gates of beside/theatre.ts. The kubeconfig says who has signed the server's certificate: scenarios hand it to the
 * controller.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kubeconfig: { type: 'string' },
    to: { type: 'string' },
    at: { type: 'string', default: '6' },
    gated: { type: 'boolean', default: false },
  },
});
const client = kubeClient(loadConnection({ path: values.kubeconfig }));
const kubeconfig = await readFile(values.kubeconfig ?? '', 'utf8');
const artifacts = await serveArtifacts();
const folder = values.to ?? new URL('./seen/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });

const left = scenarios.filter(
  ({ name, gated = false }) =>
    gated === values.gated && (positionals.length === 0 || positionals.includes(name)),
);
const worker = async () => {
  for (let next = left.shift(); next; next = left.shift()) {
    try {
      const seen = await play(next, { client, artifacts, kubeconfig });
      await writeFile(`${folder}/${next.name}.json`, `${JSON.stringify(seen, null, 1)}\n`);
      process.stdout.write(`${next.name}\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`${next.name}: ${error instanceof Error ? error.message : error}\n`);
    }
  }
};
await Promise.all(Array.from({ length: Number(values.at) }, worker));
await Promise.all([client.close(), artifacts.stop()]);
