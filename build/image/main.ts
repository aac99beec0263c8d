import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import packageFile from '../../package.json' with { type: 'json' };
import { fetchLocked } from './download.ts';
import { type Layer, layerOf } from './layer.ts';
import { type Image, writeLayout } from './layout.ts';
import { type Architecture, architectures, type Lock, readLock, updateLock } from './lock.ts';
import { debianTree, nodeTree, programTree } from './trees.ts';

/**
 * `npm run image`: an OCI image layout with Millrace, for each platform, without Docker and without being root. What is in
 * it beside dist/ stands in image.lock.json, so that equal sources are an equal image.
 */
const usage = `npm run image -- [--platform linux/amd64,linux/arm64] [--output dist-image] [--tag VERSION]
                 [--mirror URL] [--cache FOLDER] [--update]

  --mirror  a mirror of Debian's packages
  --cache   where downloads are kept
  --update  lock the newest packages of Debian and Node, and build from them`;

const place = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const { values } = parseArgs({
  options: {
    platform: { type: 'string', default: architectures.map(name => `linux/${name}`).join(',') },
    output: { type: 'string', default: place('dist-image') },
    // As the Deployments of an installation name it.
    tag: { type: 'string', default: `v${packageFile.version}` },
    mirror: { type: 'string', default: 'https://deb.debian.org/debian' },
    cache: { type: 'string', default: place('.millrace/image-cache') },
    update: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const chosen = architecturesOf(values.platform);
  const nodeVersion = packageFile.devDependencies.node;
  const lock = values.update ? await updateLock(values.mirror, nodeVersion) : await readLock();
  const program = layerOf(`Millrace ${values.tag}`, await programTree(place('dist')));
  const images = [];
  for (const architecture of chosen) images.push(await imageOf(architecture, lock, program));
  const digest = await writeLayout(values.output, images, values.tag, lock.date);
  for (const { platform, layers } of images) {
    const sizes = layers.map(({ bytes }) => bytes.length / 1e6);
    const total = sizes.reduce((sum, size) => sum + size, 0).toFixed(1);
    const parts = sizes.map(size => size.toFixed(1)).join(' + ');
    console.log(`${platform.os}/${platform.architecture}: ${total} MB (${parts})`);
  }
  console.log(`${values.output}:${values.tag}\n${digest}`);
}

function architecturesOf(text: string): Architecture[] {
  return text.split(',').map(platform => {
    const found = architectures.find(name => platform.trim() === `linux/${name}`);
    if (found) return found;
    throw new Error(`--platform: "${platform}" is none of linux/${architectures.join(', linux/')}`);
  });
}

async function imageOf(architecture: Architecture, { date, machines }: Lock, program: Layer): Promise<Image> {
  const { packages, node } = machines[architecture];
  // A mirror has the newest packages only; Debian keeps all of them elsewhere.
  const snapshot = `https://snapshot.debian.org/archive/debian/${date.replace(/[-:]|\.\d+/g, '')}`;
  const debs = [];
  for (const { name, path, digest } of packages) {
    const urls = [values.mirror, snapshot].map(base => `${base}/${path}`);
    debs.push({ name, bytes: await fetchLocked(values.cache, digest, urls) });
  }
  const tarball = await fetchLocked(values.cache, node.digest, [node.url]);
  return {
    platform: { os: 'linux', architecture },
    layers: [
      layerOf('Debian 13: git, certificates, busybox, tini', await debianTree(debs)),
      layerOf(`Node ${node.version}`, nodeTree(tarball)),
      program,
    ],
    config: {
      User: '65534:65534',
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'HOME=/tmp'],
      Entrypoint: ['/usr/bin/tini', '--', '/usr/local/bin/millrace'],
      WorkingDir: '/',
      Labels: {
        'org.opencontainers.image.title': 'Millrace',
        'org.opencontainers.image.description': packageFile.description,
        'org.opencontainers.image.version': values.tag,
        'org.opencontainers.image.licenses': packageFile.license,
      },
    },
  };
}
