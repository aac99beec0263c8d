import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What is pushed: a folder, and the same as a tar.gz. */
export interface Content {
  folder: string;
  archive: string;
}

interface Tool {
  name: string;
  /** @param to `host/repository:tag`, where plain HTTP is spoken */
  args(to: string, content: Content): string[];
}

const layer = 'application/vnd.cncf.flux.content.v1.tar+gzip';
const main = fileURLToPath(new URL('../../apps/cli/main.ts', import.meta.url));

const asFlux = (to: string, { folder }: Content) => [
  ...['push', 'artifact', `oci://${to}`, '--path', folder, '--source', 'https://example.com/fleet'],
  ...['--revision', 'main@sha1:0123456789012345678901234567890123456789', '--insecure-registry'],
];

const ours: Tool = { name: 'millrace', args: (to, content) => [main, ...asFlux(to, content)] };

const others: Tool[] = [
  { name: 'flux', args: asFlux },
  // It takes no path from the root.
  {
    name: 'oras',
    args: (to, { archive }) => ['push', '--plain-http', to, `${archive.split('/').at(-1)}:${layer}`],
  },
  { name: 'crane', args: (to, { archive }) => ['append', '--insecure', '-f', archive, '-t', to] },
];

/** What npm puts on the PATH is our own, by the name of flux too. */
const folders = (process.env.PATH ?? '').split(':').filter(folder => !folder.includes('node_modules'));
const found = (name: string) => folders.map(folder => join(folder, name)).find(existsSync);

async function run(program: string, args: string[], cwd: string): Promise<void> {
  await promisify(execFile)(program, args, { cwd, timeout: 60_000 });
}

/** Ours, and those of others that this machine has; each pushes an artifact. */
export const tools = [ours, ...others].flatMap(({ name, args }) => {
  const program = name === ours.name ? process.execPath : found(name);
  if (!program) return [];
  const push = (to: string, content: Content) => run(program, args(to, content), dirname(content.archive));
  return [{ name, push }];
});

/** helm, where this machine has it: pushes a chart to a repository `host/path`. */
export const helms = [found('helm') ?? []].flat().map(program => ({
  pushChart: (chart: string, to: string) =>
    run(program, ['push', chart, `oci://${to}`, '--plain-http'], dirname(chart)),
}));
